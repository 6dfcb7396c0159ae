; DeepDesk.exe: starts the program, and on the first start brings the Python that sets it up.
;
; 1. The environment in use is ready and of this release: its Python becomes the program.
; 2. Else, with a Python in the runtime folder: launcher.py sets up and starts.
; 3. Else a small window fetches Python with uv, then 2.
;
; Nothing is shown for 1 and 2. Defined from outside: VERSION, NUMBERS (four of them),
; FINGERPRINT, PYTHON (such as 3.12), ICON, TARGET.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
Name "DeepDesk"
Caption "DeepDesk"
OutFile "${TARGET}"
Icon "${ICON}"
RequestExecutionLevel user
ManifestSupportedOS all
ManifestDPIAware true
ManifestLongPathAware true
XPStyle on
BrandingText " "
InstallColors /windows
ShowInstDetails show
AutoCloseWindow true
CompletedText "DeepDesk starts."
VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "DeepDesk"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "DeepDesk"
VIAddVersionKey "LegalCopyright" "The DeepDesk authors"

!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "StrFunc.nsh"
!include "WinMessages.nsh"
${Using:StrFunc} StrRep
${Using:StrFunc} StrStr

LangString ^ClickInstall 1033 " "
SubCaption 3 ": getting ready"
SubCaption 4 ": ready"
MiscButtonText "Back" "Next" "Cancel" "Close"
InstallButtonText "Start"

Page instfiles "" ShowThatItWorks

Var Runtime
Var Arguments
Var Environment
Var Python
Var Found

; Sets Found to "yes" if the file Python's neighbour `deepdesk-ready.json` names this release.
Function LookForFingerprint
  StrCpy $Found ""
  ClearErrors
  FileOpen $0 "$Environment\deepdesk-ready.json" r
  ${If} ${Errors}
    Return
  ${EndIf}
  StrCpy $1 ""
  ${Do}
    FileRead $0 $2 512
    ${If} ${Errors}
      ${ExitDo}
    ${EndIf}
    ; A line may be longer than what is read at once: the end of the last part stands before.
    ${StrStr} $3 "$1$2" "${FINGERPRINT}"
    ${If} $3 != ""
      StrCpy $Found "yes"
      ${ExitDo}
    ${EndIf}
    StrCpy $1 "$1$2" "" -80
  ${Loop}
  FileClose $0
FunctionEnd

; Sets Python to the first one that lies in the runtime folder, or to nothing.
Function LookForPython
  StrCpy $Python ""
  FindFirst $0 $1 "$Runtime\python\cpython-3*"
  ${DoWhile} $1 != ""
    ${If} ${FileExists} "$Runtime\python\$1\pythonw.exe"
      StrCpy $Python "$Runtime\python\$1\pythonw.exe"
      ${ExitDo}
    ${EndIf}
    FindNext $0 $1
  ${Loop}
  FindClose $0
FunctionEnd

; Sets Found to "yes" if the Python is there that the environment was made from: without it the
; environment's own does not start. Of its path the last name is enough, and that is plain.
Function LookForBase
  StrCpy $Found ""
  ClearErrors
  FileOpen $0 "$Environment\pyvenv.cfg" r
  ${If} ${Errors}
    Return
  ${EndIf}
  ${Do}
    FileRead $0 $1
    ${If} ${Errors}
      ${ExitDo}
    ${EndIf}
    StrCpy $2 $1 7
    ${If} $2 == "home = "
      ${Do}
        StrCpy $2 $1 1 -1
        ${If} $2 == "$\r"
        ${OrIf} $2 == "$\n"
          StrCpy $1 $1 -1
        ${Else}
          ${ExitDo}
        ${EndIf}
      ${Loop}
      ${GetFileName} $1 $2
      ${If} ${FileExists} "$Runtime\python\$2\pythonw.exe"
        StrCpy $Found "yes"
      ${EndIf}
      ${ExitDo}
    ${EndIf}
  ${Loop}
  FileClose $0
FunctionEnd

; Sets Found to "yes" if the first argument is one that the set-up answers, not the program.
Function LookForSetUpArgument
  StrCpy $Found ""
  !macro LOOK_FOR ARGUMENT
    StrLen $0 "${ARGUMENT}"
    StrCpy $1 "$Arguments " $0
    StrCpy $2 "$Arguments " 1 $0
    ${If} $1 == "${ARGUMENT}"
      ${If} $2 == " "
      ${OrIf} $2 == "="
        StrCpy $Found "yes"
      ${EndIf}
    ${EndIf}
  !macroend
  !insertmacro LOOK_FOR "--set-up"
  !insertmacro LOOK_FOR "--repair"
  !insertmacro LOOK_FOR "--rollback"
  !insertmacro LOOK_FOR "--status"
  !insertmacro LOOK_FOR "--remove"
  !insertmacro LOOK_FOR "--wheels"
  !insertmacro LOOK_FOR "--backend"
  !insertmacro LOOK_FOR "--terminal"
  !insertmacro LOOK_FOR "--"
FunctionEnd

; What would lead a Python away from what it is to run, such as a torch.py beside the project.
Function SetEnvironment
  !macro SET NAME VALUE
    System::Call 'kernel32::SetEnvironmentVariable(t "${NAME}", ${VALUE})'
  !macroend
  !insertmacro SET "PYTHONPATH" "p 0"
  !insertmacro SET "PYTHONHOME" "p 0"
  !insertmacro SET "PYTHONSTARTUP" "p 0"
  !insertmacro SET "VIRTUAL_ENV" "p 0"
  !insertmacro SET "CONDA_PREFIX" "p 0"
  !insertmacro SET "PYTHONSAFEPATH" 't "1"'
  !insertmacro SET "PYTHONNOUSERSITE" 't "1"'
  StrCpy $0 $EXEDIR
  !insertmacro SET "DEEPDESK_PAYLOAD" "t r0"
  StrCpy $0 $Runtime
  !insertmacro SET "DEEPDESK_RUNTIME" "t r0"
FunctionEnd

; Starts launcher.py with the Python that was found, and leaves.
Function StartSetUp
  Exec '"$Python" "$EXEDIR\launcher.py" $Arguments'
  Quit
FunctionEnd

Function .onInit
  ${GetParameters} $Arguments
  StrLen $0 $Arguments
  ${If} $0 > 700
    MessageBox MB_OK|MB_ICONINFORMATION "That is more than DeepDesk can open at once. \
      Drop one project on it." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ReadEnvStr $Runtime DEEPDESK_RUNTIME
  ${If} $Runtime == ""
    StrCpy $Runtime "$LOCALAPPDATA\DeepDesk\runtime"
  ${EndIf}
  Call SetEnvironment
  Call LookForSetUpArgument
  ${If} $Found == ""
    Call StartIfReady
  ${EndIf}
  Call LookForPython
  ${If} $Python != ""
    Call StartSetUp
  ${EndIf}
  SetSilent normal
FunctionEnd

; Starts the program and leaves, if the environment in use is whole and of this release.
Function StartIfReady
  ClearErrors
  FileOpen $0 "$Runtime\current" r
  ${If} ${Errors}
    Return
  ${EndIf}
  FileRead $0 $1 1
  FileClose $0
  ${If} $1 != "a"
  ${AndIf} $1 != "b"
    Return
  ${EndIf}
  StrCpy $Environment "$Runtime\env-$1"
  Call LookForBase
  ${If} $Found == ""
  ${OrIfNot} ${FileExists} "$Environment\Scripts\pythonw.exe"
    Return
  ${EndIf}
  Call LookForFingerprint
  ${If} $Found == ""
    Return
  ${EndIf}
  ClearErrors
  Exec '"$Environment\Scripts\pythonw.exe" -m deepdesk $Arguments'
  ${IfNot} ${Errors}
    Quit
  ${EndIf}
FunctionEnd

; Sets a variable of this process's environment unless the person has set it.
!macro SET_UNLESS_SET NAME VALUE
  ReadEnvStr $9 "${NAME}"
  ${If} $9 == ""
    System::Call 'kernel32::SetEnvironmentVariable(t "${NAME}", t "${VALUE}")'
  ${EndIf}
!macroend

; Python's own archives may have come along: in the folder of wheels named, or with the payload.
Function LookForArchives
  StrCpy $0 ""
  !macro LOOK_FOR_WHEELS START END
    ${If} $0 == ""
      ${StrStr} $0 " $Arguments" '${START}'
      ${If} $0 != ""
        StrLen $2 '${START}'
        StrCpy $0 $0 "" $2
        ${StrStr} $1 $0 '${END}'
      ${EndIf}
    ${EndIf}
  !macroend
  !insertmacro LOOK_FOR_WHEELS ' --wheels "' '"'
  !insertmacro LOOK_FOR_WHEELS ' --wheels="' '"'
  !insertmacro LOOK_FOR_WHEELS ' "--wheels=' '"'
  !insertmacro LOOK_FOR_WHEELS ' --wheels ' ' '
  !insertmacro LOOK_FOR_WHEELS ' --wheels=' ' '
  ${If} $0 == ""
    StrCpy $1 ""
  ${EndIf}
  StrLen $2 $0
  StrLen $1 $1
  IntOp $2 $2 - $1
  StrCpy $0 $0 $2
  ${If} $0 == ""
  ${OrIfNot} ${FileExists} "$0\python\*.*"
    StrCpy $0 $EXEDIR
  ${EndIf}
  ; Empty where there is no such folder; "\*.*" would be the whole disk.
  GetFullPathName $0 "$0\python"
  ${If} $0 != ""
  ${AndIf} ${FileExists} "$0\*.*"
    ${StrRep} $0 $0 "\" "/"
    ${StrRep} $0 $0 "%" "%25"
    ${StrRep} $0 $0 " " "%20"
    !insertmacro SET_UNLESS_SET "UV_PYTHON_INSTALL_MIRROR" "file:///$0"
  ${EndIf}
FunctionEnd

; How much of Python has come is not known, so the bar only moves; and it can be cancelled.
Function ShowThatItWorks
  FindWindow $0 "#32770" "" $HWNDPARENT
  GetDlgItem $1 $0 1004
  System::Call 'user32::GetWindowLong(p r1, i -16) i.r2'
  IntOp $2 $2 | 8 ; PBS_MARQUEE
  System::Call 'user32::SetWindowLong(p r1, i -16, i r2)'
  SendMessage $1 ${PBM_SETMARQUEE} 1 40
  GetDlgItem $1 $HWNDPARENT 2
  EnableWindow $1 1
FunctionEnd

; What uv has begun it ends by itself; the next start finds it.
Function .onUserAbort
  System::Call 'kernel32::ExitProcess(i 1)'
FunctionEnd

; What lies in this folder is DeepDesk's to change and to delete: it must have been empty.
Function MarkRuntime
  ${If} ${FileExists} "$Runtime\made-by-deepdesk"
    Return
  ${EndIf}
  FindFirst $0 $1 "$Runtime\*.*"
  ${DoWhile} $1 != ""
    ${If} $1 != "."
    ${AndIf} $1 != ".."
      MessageBox MB_OK|MB_ICONEXCLAMATION "$Runtime holds files that DeepDesk did not make. Move \
        them away, or set DEEPDESK_RUNTIME to another folder." /SD IDOK
      SetErrorLevel 1
      Quit
    ${EndIf}
    FindNext $0 $1
  ${Loop}
  FindClose $0
  CreateDirectory "$Runtime"
  ClearErrors
  FileOpen $0 "$Runtime\made-by-deepdesk" w
  ${If} ${Errors}
    MessageBox MB_OK|MB_ICONEXCLAMATION "$Runtime cannot be written. Make room on the disk, or set \
      DEEPDESK_RUNTIME to another folder." /SD IDOK
    SetErrorLevel 1
    Quit
  ${EndIf}
  FileWrite $0 "DeepDesk made this folder, and takes it away when it is uninstalled.$\n"
  FileClose $0
FunctionEnd

Section
  SetDetailsPrint both
  DetailPrint "DeepDesk sets itself up with Python ${PYTHON}."
  DetailPrint "It is fetched once, about 30 MB, into"
  DetailPrint "$Runtime\python"
  SetDetailsPrint textonly
  DetailPrint "Fetching Python ${PYTHON}"
  SetDetailsPrint none
  Call MarkRuntime
  ; Nowhere else is it looked for, by this program or by the set-up.
  StrCpy $0 "$Runtime\python"
  !insertmacro SET "UV_PYTHON_INSTALL_DIR" "t r0"
  !insertmacro SET_UNLESS_SET "UV_CACHE_DIR" "$Runtime\cache"
  !insertmacro SET_UNLESS_SET "UV_HTTP_TIMEOUT" "300"
  !insertmacro SET_UNLESS_SET "UV_SYSTEM_CERTS" "1"
  !insertmacro SET_UNLESS_SET "UV_NO_CONFIG" "1"
  !insertmacro SET_UNLESS_SET "UV_NO_PROGRESS" "1"
  !insertmacro SET_UNLESS_SET "UV_PYTHON_INSTALL_BIN" "0"
  !insertmacro SET_UNLESS_SET "UV_PYTHON_INSTALL_REGISTRY" "0"
  !insertmacro SET_UNLESS_SET "NO_COLOR" "1"
  Call LookForArchives
  again:
  nsExec::ExecToStack '"$EXEDIR\uv.exe" python install ${PYTHON}'
  Pop $8
  Pop $9
  Call LookForPython
  ${If} $Python != ""
    Call StartSetUp
  ${EndIf}
  StrCpy $9 $9 500
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Python ${PYTHON} could not be fetched ($8).$\n$\n\
    $9$\nIs this computer connected? Behind a proxy, set HTTPS_PROXY. With a copy of Python's \
    archives, set UV_PYTHON_INSTALL_MIRROR to its folder." /SD IDCANCEL IDRETRY again
  SetErrorLevel 1
  Quit
SectionEnd
