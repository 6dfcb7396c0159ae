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
set ARCHIVES=
call :find
if not defined FOUND call :claim
if errorlevel 1 exit /b 1
if not defined FOUND call :archives %*
if not defined FOUND call :fetch
if not defined FOUND exit /b 1
"%FOUND%" "%~dp0launcher.py" %*
exit /b %ERRORLEVEL%

:find
set "PYTHONS=%DEEPDESK_RUNTIME%\python"
for /f "delims=" %%P in ('dir /b /ad "%PYTHONS%\cpython-3*" 2^>nul') do if exist "%PYTHONS%\%%P\python.exe" set "FOUND=%PYTHONS%\%%P\python.exe"
exit /b 0

rem The marker says that what a set-up makes there may be deleted: the folder must have been empty.
:claim
if exist "%DEEPDESK_RUNTIME%\made-by-deepdesk" exit /b 0
if not exist "%DEEPDESK_RUNTIME%\" mkdir "%DEEPDESK_RUNTIME%"
for /f "delims=" %%F in ('dir /b /a "%DEEPDESK_RUNTIME%" 2^>nul') do goto :foreign
echo DeepDesk made this folder, and takes it away when it is uninstalled.>"%DEEPDESK_RUNTIME%\made-by-deepdesk"
if exist "%DEEPDESK_RUNTIME%\made-by-deepdesk" exit /b 0
echo "%DEEPDESK_RUNTIME%" cannot be written. Set DEEPDESK_RUNTIME to another folder.
exit /b 1

:foreign
echo "%DEEPDESK_RUNTIME%" holds files that DeepDesk did not make.
echo Move them away, or set DEEPDESK_RUNTIME to another folder.
exit /b 1

rem Python's own archives may have come along: in the folder of wheels named, or with the payload.
rem What stands behind --wheels= comes here as a word of its own, unless the whole is in quotes.
:archives
if exist "%~dp0python\" set "ARCHIVES=%~dp0python"
:next
if "%~1"=="" exit /b 0
set "WORD=%~1"
if "%WORD%"=="--wheels" if exist "%~2\python\" set "ARCHIVES=%~f2\python"
if "%WORD:~0,9%"=="--wheels=" if exist "%WORD:~9%\python\" for %%F in ("%WORD:~9%\python") do set "ARCHIVES=%%~fF"
shift
goto :next

:fetch
echo DeepDesk fetches Python 3.12 first, about 30 MB.
set "UV_PYTHON_INSTALL_DIR=%DEEPDESK_RUNTIME%\python"
if not defined UV_CACHE_DIR set "UV_CACHE_DIR=%DEEPDESK_RUNTIME%\cache"
set UV_HTTP_TIMEOUT=300
set UV_SYSTEM_CERTS=1
set UV_PYTHON_INSTALL_REGISTRY=0
if defined UV_PYTHON_INSTALL_MIRROR set ARCHIVES=
if defined ARCHIVES set "UV_PYTHON_INSTALL_MIRROR=file:///%ARCHIVES:\=/%"
"%~dp0uv.exe" python install --no-config --no-bin 3.12
call :find
if not defined FOUND echo Python could not be fetched. The lines above say why.
exit /b 0
