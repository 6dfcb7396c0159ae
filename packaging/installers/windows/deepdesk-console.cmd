@echo off
rem DeepDesk in a console, for instance: deepdesk-console --status
setlocal
set "DEEPDESK_PAYLOAD=%~dp0."
if not defined DEEPDESK_RUNTIME set "DEEPDESK_RUNTIME=%LOCALAPPDATA%\DeepDesk\runtime"
set PYTHONPATH=
set PYTHONHOME=
set PYTHONSTARTUP=
set VIRTUAL_ENV=
set CONDA_PREFIX=
set PYTHONSAFEPATH=1
set PYTHONNOUSERSITE=1
set FOUND=
call :find
if not defined FOUND call :fetch
if not defined FOUND exit /b 1
"%FOUND%" "%~dp0launcher.py" %*
exit /b %ERRORLEVEL%

:find
set "PYTHONS=%DEEPDESK_RUNTIME%\python"
for /f "delims=" %%P in ('dir /b /ad "%PYTHONS%\cpython-3*" 2^>nul') do if exist "%PYTHONS%\%%P\python.exe" set "FOUND=%PYTHONS%\%%P\python.exe"
exit /b 0

:fetch
echo DeepDesk fetches Python 3.12 first, about 30 MB.
rem The marker says that the folder may be deleted: only a folder that is made here gets it.
if not exist "%DEEPDESK_RUNTIME%\" (
  mkdir "%DEEPDESK_RUNTIME%"
  echo DeepDesk made this folder, and takes it away when it is uninstalled.>"%DEEPDESK_RUNTIME%\made-by-deepdesk"
)
set "UV_PYTHON_INSTALL_DIR=%DEEPDESK_RUNTIME%\python"
if not defined UV_CACHE_DIR set "UV_CACHE_DIR=%DEEPDESK_RUNTIME%\cache"
set UV_HTTP_TIMEOUT=300
set UV_SYSTEM_CERTS=1
set UV_PYTHON_INSTALL_REGISTRY=0
"%~dp0uv.exe" python install --no-config --no-bin 3.12
call :find
if not defined FOUND echo Python could not be fetched. The lines above say why.
exit /b 0
