; The Windows installer: for one person, without an administrator. Only the thin part is laid
; down; DeepDesk.exe fetches the rest on its first start.
;
;   /S               silent; what goes wrong is said on the console, and by the exit code:
;                    2 in use, 3 this Windows cannot run it, 1 anything else
;   /D=FOLDER        another folder; the last argument, without quotes
;   /DESKTOP         a shortcut on the desktop too
; The uninstaller:
;   /S               silent; what was fetched is removed, projects and preferences stay
;   /KEEPRUNTIME     what was fetched stays
;   /PURGE           preferences, logs and caches go too
;
; Defined from outside: VERSION, NUMBERS (four of them), PAYLOAD, LICENCE, FILES (which has the
; macros LAY_DOWN and TAKE_AWAY), KIB (size), ICON, BITMAP, TARGET, APPLICATION_ID,
; LONGEST (characters of the longest path below %LOCALAPPDATA%), and SIGN where there is a
; certificate.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetCompressorDictSize 32
ManifestSupportedOS all
ManifestDPIAware true
ManifestLongPathAware true
RequestExecutionLevel user
XPStyle on
AllowSkipFiles off
; The same sources give the same bytes.
SetDateSave off
CRCCheck force
BrandingText " "
; Seen where things are removed alone.
SpaceTexts "Frees: "
ShowInstDetails nevershow
ShowUninstDetails nevershow

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\DeepDesk"
!define APP_PATH "Software\Microsoft\Windows\CurrentVersion\App Paths\DeepDesk.exe"
!define VERB "Software\Classes\Directory\shell\DeepDesk"
!define TYPE "DeepDesk.Project"
!define TYPE_KEY "Software\Classes\${TYPE}"
!define SUFFIX_KEY "Software\Classes\.deepdesk"
!define CPP_KEY "SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64"
!define CPP_PAGE "https://aka.ms/vs/17/release/vc_redist.x64.exe"
!define FILE_SYSTEM "SYSTEM\CurrentControlSet\Control\FileSystem"

Name "DeepDesk"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\DeepDesk"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "DeepDesk"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "DeepDesk set-up"
VIAddVersionKey "LegalCopyright" "The DeepDesk authors"
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"'
!endif

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "x64.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"
!include "${FILES}"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${BITMAP}"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_ABORTWARNING
!define MUI_PAGE_HEADER_TEXT "DeepDesk ${VERSION}"
!define MUI_PAGE_HEADER_SUBTEXT "What is installed, and under which licences."
!define MUI_LICENSEPAGE_TEXT_TOP " "
!define MUI_LICENSEPAGE_TEXT_BOTTOM "It goes into your own user folder; no administrator is needed."
!define MUI_LICENSEPAGE_BUTTON "Install"
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "DeepDesk is installed"
!define MUI_FINISHPAGE_TEXT "The first start looks at this computer, shows what it will fetch \
  and how large that is, and asks before it begins."
!define MUI_FINISHPAGE_RUN "$INSTDIR\DeepDesk.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start DeepDesk"
!define MUI_FINISHPAGE_SHOWREADME
!define MUI_FINISHPAGE_SHOWREADME_TEXT "Put an icon on the desktop to drop projects on"
!define MUI_FINISHPAGE_SHOWREADME_FUNCTION PutOnDesktop
!insertmacro MUI_PAGE_FINISH
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_PAGE_HEADER_TEXT "Remove DeepDesk"
!define MUI_PAGE_HEADER_SUBTEXT "Your projects stay in any case."
!define MUI_COMPONENTSPAGE_TEXT_TOP "Choose what goes with it."
!define MUI_COMPONENTSPAGE_TEXT_COMPLIST " "
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A sentence: in a window, or on the console that a silent set-up was started from.
!macro DEFINE_TELL UN
Function ${UN}Tell
  Exch $9
  ${If} ${Silent}
    System::Call 'kernel32::AttachConsole(i -1)'
    System::Call 'kernel32::GetStdHandle(i -11)p.r8'
    FileWrite $8 "$9$\r$\n"
  ${Else}
    MessageBox MB_OK|MB_ICONINFORMATION "$9"
  ${EndIf}
  Pop $9
FunctionEnd
!macroend
!insertmacro DEFINE_TELL ""
!insertmacro DEFINE_TELL "un."

; A program that runs cannot be written to. Asks until nothing of DeepDesk's own is in use.
!macro DEFINE_WAIT_UNTIL_FREE UN
Function ${UN}IsHeld
  Exch $0
  ${IfNot} ${FileExists} "$0"
    StrCpy $0 ""
  ${Else}
    ClearErrors
    FileOpen $1 "$0" a
    ${IfNot} ${Errors}
      FileClose $1
      StrCpy $0 ""
    ${EndIf}
  ${EndIf}
  Exch $0
FunctionEnd
Function ${UN}WaitUntilFree
  again:
  StrCpy $2 ""
  Push "$INSTDIR\uv.exe"
  Call ${UN}IsHeld
  Pop $0
  StrCpy $2 "$2$0"
  Push "$INSTDIR\uvw.exe"
  Call ${UN}IsHeld
  Pop $0
  StrCpy $2 "$2$0"
  Push "$INSTDIR\DeepDesk.exe"
  Call ${UN}IsHeld
  Pop $0
  StrCpy $2 "$2$0"
  ${If} $2 == ""
    Return
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "DeepDesk is being set up just now. Let that \
    finish or cancel it, then try again." /SD IDCANCEL IDRETRY again
  Push "DeepDesk is being set up just now. Let that finish or cancel it, then try again."
  ${If} ${Silent}
    Call ${UN}Tell
  ${Else}
    Pop $0
  ${EndIf}
  SetErrorLevel 2
  Quit
FunctionEnd
!macroend
!insertmacro DEFINE_WAIT_UNTIL_FREE ""
!insertmacro DEFINE_WAIT_UNTIL_FREE "un."

!macro REFUSE SENTENCE
  Push "${SENTENCE}"
  Call Tell
  SetErrorLevel 3
  Quit
!macroend

Function .onInit
  SetRegView 64
  ${IfNot} ${AtLeastWin10}
    !insertmacro REFUSE "DeepDesk needs Windows 10 of October 2018 or newer."
  ${EndIf}
  ${IfNot} ${AtLeastBuild} 17763
    !insertmacro REFUSE "DeepDesk needs Windows 10 of October 2018 or newer. Run Windows Update."
  ${EndIf}
  System::Call 'kernel32::CreateMutex(p 0, i 0, t "DeepDeskSetUp") p.r0 ?e'
  Pop $0
  ${If} $0 = 183
    Push "The DeepDesk installer is open already."
    Call Tell
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd

; The release before knows best which files are its own.
Function RemoveOlder
  ReadRegStr $0 HKCU "${KEY}" "InstallLocation"
  ${If} $0 == ""
    StrCpy $0 $INSTDIR
  ${EndIf}
  ${If} ${FileExists} "$0\uninstall.exe"
    InitPluginsDir
    CopyFiles /SILENT "$0\uninstall.exe" "$PLUGINSDIR\older.exe"
    ExecWait '"$PLUGINSDIR\older.exe" /S /UPGRADE _?=$0'
    Delete "$0\uninstall.exe"
    RMDir "$0"
  ${EndIf}
  ; With two of them it would not be clear which one is meant.
  Delete "$INSTDIR\deepdesk-*.whl"
FunctionEnd

Section "DeepDesk"
  SetRegView 64
  SetShellVarContext current
  Call WaitUntilFree
  Call RemoveOlder
  ClearErrors
  !insertmacro LAY_DOWN
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    Push "Not all files could be written to $INSTDIR. Make room on the disk and try again."
    Call Tell
    SetErrorLevel 1
    Abort
  ${EndIf}
  SetOutPath "$INSTDIR"
  CreateShortcut "$SMPROGRAMS\DeepDesk.lnk" "$INSTDIR\DeepDesk.exe" "" "$INSTDIR\DeepDesk.exe" 0 \
    SW_SHOWNORMAL "" "Train deep networks on your own files"
  Push "$SMPROGRAMS\DeepDesk.lnk"
  Call NameShortcut
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} "$0" "/DESKTOP" $1
  ${IfNot} ${Errors}
    Call PutOnDesktop
  ${EndIf}
  Call Register
  Call LookAtCpp
  Call LookAtLongPaths
SectionEnd

Function PutOnDesktop
  SetOutPath "$INSTDIR"
  CreateShortcut "$DESKTOP\DeepDesk.lnk" "$INSTDIR\DeepDesk.exe"
  Push "$DESKTOP\DeepDesk.lnk"
  Call NameShortcut
FunctionEnd

; Gives a shortcut the name that the program gives its windows, so that the taskbar shows both
; under one button.
Function NameShortcut
  Exch $0
  Push $1
  Push $2
  Push $3
  Push $4
  Push $5
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r1 ""
  ${If} $1 P<> 0
    ${IUnknown::QueryInterface} $1 '("${IID_IPersistFile}",.r2)'
    ${IUnknown::QueryInterface} $1 '("${IID_IPropertyStore}",.r3)'
    ${If} $2 P<> 0
    ${AndIf} $3 P<> 0
      ${IPersistFile::Load} $2 '("$0",${STGM_READWRITE})'
      System::Call 'oleaut32::SysAllocString(w "${APPLICATION_ID}")p.r6'
      System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
      System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,p r6)p.r5'
      ${IPropertyStore::SetValue} $3 '($4,$5)'
      ${IPropertyStore::Commit} $3 ""
      ${IPersistFile::Save} $2 '("$0",1)'
      System::Call 'oleaut32::SysFreeString(p r6)'
      System::Free $4
      System::Free $5
    ${EndIf}
    ${If} $3 P<> 0
      ${IUnknown::Release} $3 ""
    ${EndIf}
    ${If} $2 P<> 0
      ${IUnknown::Release} $2 ""
    ${EndIf}
    ${IUnknown::Release} $1 ""
  ${EndIf}
  Pop $5
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; The list of apps, what opens projects, and "deepdesk" in the Run field.
Function Register
  WriteRegStr HKCU "${KEY}" "DisplayName" "DeepDesk"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\DeepDesk.exe,0"
  WriteRegStr HKCU "${KEY}" "Publisher" "The DeepDesk authors"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  ; "Change" in the list of apps mends a program that does not start any more.
  WriteRegStr HKCU "${KEY}" "ModifyPath" '"$INSTDIR\DeepDesk.exe" --repair'
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ReadRegDWORD $0 HKCU "${KEY}" "EstimatedSize"
  ${If} $0 < ${KIB}
    WriteRegDWORD HKCU "${KEY}" "EstimatedSize" ${KIB}
  ${EndIf}
  WriteRegStr HKCU "${APP_PATH}" "" "$INSTDIR\DeepDesk.exe"
  WriteRegStr HKCU "${APP_PATH}" "Path" "$INSTDIR"
  ; The file open.deepdesk in every project opens it with a double click.
  WriteRegStr HKCU "${TYPE_KEY}" "" "DeepDesk project"
  WriteRegStr HKCU "${TYPE_KEY}\DefaultIcon" "" "$INSTDIR\DeepDesk.exe,0"
  WriteRegStr HKCU "${TYPE_KEY}\shell\open" "FriendlyAppName" "DeepDesk"
  WriteRegStr HKCU "${TYPE_KEY}\shell\open\command" "" '"$INSTDIR\DeepDesk.exe" "%1"'
  WriteRegStr HKCU "${SUFFIX_KEY}" "" "${TYPE}"
  WriteRegNone HKCU "${SUFFIX_KEY}\OpenWithProgids" "${TYPE}"
  ; Projects are folders, and Explorer knows folders by no suffix: a line in their menu it is.
  WriteRegStr HKCU "${VERB}" "" "Open in DeepDesk"
  WriteRegStr HKCU "${VERB}" "Icon" "$INSTDIR\DeepDesk.exe,0"
  WriteRegStr HKCU "${VERB}" "AppliesTo" 'System.FileName:~>".deepdesk"'
  WriteRegStr HKCU "${VERB}\command" "" '"$INSTDIR\DeepDesk.exe" "%1"'
  ${RefreshShellIcons}
FunctionEnd

; PyTorch does not load without these libraries of Microsoft's, nor with old ones.
Function LookAtCpp
  ReadRegDWORD $0 HKLM "${CPP_KEY}" "Major"
  ReadRegDWORD $1 HKLM "${CPP_KEY}" "Minor"
  ${If} $0 > 14
    Return
  ${ElseIf} $0 = 14
  ${AndIf} $1 >= 42
    Return
  ${EndIf}
  StrCpy $2 "PyTorch needs Microsoft's Visual C++ Redistributable (x64), 14.42 or newer. "
  ${If} $0 = 14
    StrCpy $2 "$2This computer has $0.$1. "
  ${Else}
    StrCpy $2 "$2This computer has none. "
  ${EndIf}
  ${If} ${Silent}
    Push "$2Get it here: ${CPP_PAGE}"
    Call Tell
  ${Else}
    MessageBox MB_YESNO|MB_ICONINFORMATION "$2Installing it takes an \
      administrator once.$\n$\nFetch it from Microsoft in the browser now?" IDNO later
    ExecShell "open" "${CPP_PAGE}"
    later:
  ${EndIf}
FunctionEnd

; Paths of more than 260 characters work only where an administrator has switched them on.
Function LookAtLongPaths
  ReadEnvStr $1 DEEPDESK_RUNTIME
  StrLen $0 $LOCALAPPDATA
  IntOp $0 $0 + ${LONGEST}
  ${If} $1 != ""
    StrLen $0 "$1"
    IntOp $0 $0 + ${LONGEST}
    IntOp $0 $0 - 17 ; what "\DeepDesk\runtime" takes is not in it
  ${EndIf}
  ReadRegDWORD $1 HKLM "${FILE_SYSTEM}" "LongPathsEnabled"
  ${If} $0 < 260
  ${OrIf} $1 = 1
    Return
  ${EndIf}
  Push "The name of your user folder is long: some files of PyTorch and Qt would lie at $0 \
    characters, and Windows takes 259. Set the environment variable DEEPDESK_RUNTIME to a short \
    folder such as C:\DeepDesk before the first start, or have an administrator switch on \
    LongPathsEnabled."
  Call Tell
FunctionEnd

; ---------------------------------------------------------------------------- uninstaller

Var Runtime
Var IsUpgrade
Var HasLinks
Var HasRest

; Takes away every link to another folder below the folder that is pushed: RMDir /r would go
; through it and delete what it finds there. Sets HasLinks where one could not be taken away.
Function un.CutLinks
  Exch $0
  Push $1
  Push $2
  FindFirst $1 $2 "$0\*.*"
  ${DoWhile} $2 != ""
    ${If} $2 != "."
    ${AndIf} $2 != ".."
      StrCpy $4 "$0\$2"
      System::Call 'kernel32::GetFileAttributesW(w r4)i.r3'
      IntOp $3 $3 & 0x410 ; a folder, and a link
      ${If} $3 = 0x410
        ClearErrors
        RMDir "$4"
        ${If} ${Errors}
          StrCpy $HasLinks "yes"
        ${EndIf}
      ${ElseIf} $3 = 0x10
        Push "$4"
        Call un.CutLinks
      ${EndIf}
    ${EndIf}
    FindNext $1 $2
  ${Loop}
  FindClose $1
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; Deletes the folder that is pushed, in the form that may be longer than 259 characters.
Function un.RemoveFolder
  Exch $0
  ${If} ${FileExists} "$0\*.*"
    StrCpy $HasLinks ""
    Push "\\?\$0"
    Call un.CutLinks
    ${If} $HasLinks == ""
      RMDir /r "\\?\$0"
      RMDir "\\?\$0"
    ${EndIf}
    ${If} ${FileExists} "$0\*.*"
      Push "Not all of $0 could be deleted. You can delete that folder by hand."
      Call un.Tell
    ${EndIf}
  ${EndIf}
  Pop $0
FunctionEnd
!macro REMOVE_FOLDER FOLDER
  Push "${FOLDER}"
  Call un.RemoveFolder
!macroend

; Deletes what in the runtime folder bears the name that is pushed, which may have a *. Sets
; HasRest where something could not be deleted.
Function un.RemoveNamed
  Exch $0
  Push $1
  Push $2
  Push $5
  FindFirst $1 $2 "$Runtime\$0"
  ${DoWhile} $2 != ""
    StrCpy $4 "$Runtime\$2"
    StrCpy $5 $4
    System::Call 'kernel32::GetFileAttributesW(w r4)i.r3'
    IntOp $3 $3 & 0x410 ; a folder, and a link
    ${If} $3 = 0x410
      RMDir "$5"
    ${ElseIf} $3 = 0x10
      !insertmacro REMOVE_FOLDER "$5"
    ${Else}
      Delete "$5"
    ${EndIf}
    ${If} ${FileExists} "$5"
      StrCpy $HasRest "yes"
    ${EndIf}
    FindNext $1 $2
  ${Loop}
  FindClose $1
  Pop $5
  Pop $2
  Pop $1
  Pop $0
FunctionEnd
!macro REMOVE_NAMED NAME
  Push "${NAME}"
  Call un.RemoveNamed
!macroend

; Gives the folder that is pushed first the name that is pushed then; tries for three seconds.
Function un.RenameFolder
  Exch $1
  Exch
  Exch $0
  Push $2
  ${For} $2 1 10
    ClearErrors
    Rename "$0" "$1"
    ${IfNot} ${Errors}
      ${ExitFor}
    ${EndIf}
    Sleep 300
  ${Next}
  Pop $2
  Pop $0
  Pop $1
FunctionEnd

; Only the names that a set-up makes go: the folder may be one that the person chose, and hold what
; is the person's. Nothing goes while anything is in use: then the folder cannot be renamed.
Function un.RemoveRuntime
  ${IfNot} ${FileExists} "$Runtime\*.*"
  ${AndIf} ${FileExists} "$Runtime.going\made-by-deepdesk"
    Rename "$Runtime.going" "$Runtime" ; what was cut short
  ${EndIf}
  again:
  ${IfNot} ${FileExists} "$Runtime\made-by-deepdesk"
    Return
  ${EndIf}
  StrCpy $5 "$Runtime.going"
  ${DoWhile} ${FileExists} "$5\*.*"
    StrCpy $5 "$5-"
  ${Loop}
  ; A virus scanner holds a file for a moment, a program that runs for longer.
  Push "$Runtime"
  Push "$5"
  Call un.RenameFolder
  ${If} ${FileExists} "$Runtime\made-by-deepdesk"
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "DeepDesk is still running. Close it, then try \
      again." /SD IDCANCEL IDRETRY again
    ${If} ${Silent}
      Push "DeepDesk is still running. Close it, then try again."
      Call un.Tell
    ${EndIf}
    SetErrorLevel 2
    Quit
  ${EndIf}
  Push "$5"
  Push "$Runtime"
  Call un.RenameFolder
  ${IfNot} ${FileExists} "$Runtime\made-by-deepdesk"
    Push "$5 could not be deleted. Only what is yours in it matters; delete the rest by hand."
    Call un.Tell
    Return
  ${EndIf}
  StrCpy $HasRest ""
  !insertmacro REMOVE_NAMED "env-a"
  !insertmacro REMOVE_NAMED "env-b"
  !insertmacro REMOVE_NAMED "window"
  !insertmacro REMOVE_NAMED "cache"
  !insertmacro REMOVE_NAMED "python"
  !insertmacro REMOVE_NAMED "current"
  !insertmacro REMOVE_NAMED "kept-back"
  !insertmacro REMOVE_NAMED "set-up.log"
  !insertmacro REMOVE_NAMED "set-up.log.1"
  !insertmacro REMOVE_NAMED "discarded-*"
  !insertmacro REMOVE_NAMED "aside-env-?"
  !insertmacro REMOVE_NAMED "*.tmp-*-*"
  !insertmacro REMOVE_NAMED "lock"
  ${If} $HasRest == ""
    !insertmacro REMOVE_NAMED "made-by-deepdesk"
  ${EndIf}
  StrCpy $4 $Runtime
  System::Call 'kernel32::GetFileAttributesW(w r4)i.r3'
  IntOp $3 $3 & 0x400
  ${If} $3 = 0 ; the person may have put a link there, which stays
    RMDir "$Runtime"
  ${EndIf}
FunctionEnd

Section "un.What it fetched: Python, PyTorch, Qt" SECTION_RUNTIME
  Call un.WaitUntilFree
  Call un.RemoveRuntime
SectionEnd

Section "un.DeepDesk" SECTION_PROGRAM
  SectionIn RO
  SetRegView 64
  SetShellVarContext current
  Call un.WaitUntilFree
  !insertmacro TAKE_AWAY
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR"
  ${If} $IsUpgrade == ""
    Delete "$SMPROGRAMS\DeepDesk.lnk"
    Delete "$DESKTOP\DeepDesk.lnk"
    DeleteRegKey HKCU "${KEY}"
    DeleteRegKey HKCU "${APP_PATH}"
    DeleteRegKey HKCU "${VERB}"
    DeleteRegKey HKCU "${TYPE_KEY}"
    DeleteRegValue HKCU "${SUFFIX_KEY}\OpenWithProgids" "${TYPE}"
    DeleteRegKey /ifempty HKCU "${SUFFIX_KEY}\OpenWithProgids"
    ReadRegStr $0 HKCU "${SUFFIX_KEY}" ""
    ${If} $0 == "${TYPE}"
      DeleteRegValue HKCU "${SUFFIX_KEY}" ""
    ${EndIf}
    DeleteRegKey /ifempty HKCU "${SUFFIX_KEY}"
    ${un.RefreshShellIcons}
  ${EndIf}
SectionEnd

Section /o "un.Preferences, logs and caches" SECTION_PREFERENCES
  !insertmacro REMOVE_FOLDER "$LOCALAPPDATA\DeepDesk\Cache"
  !insertmacro REMOVE_FOLDER "$LOCALAPPDATA\DeepDesk\Logs"
  Delete "$LOCALAPPDATA\DeepDesk\*.json"
  Delete "$LOCALAPPDATA\DeepDesk\*.ini"
  Delete "$LOCALAPPDATA\DeepDesk\*.lock"
SectionEnd

Section "-un.Last"
  ${If} $IsUpgrade == ""
    RMDir "$LOCALAPPDATA\DeepDesk"
  ${EndIf}
SectionEnd

Function un.onInit
  SetRegView 64
  ReadEnvStr $Runtime DEEPDESK_RUNTIME
  ${If} $Runtime == ""
    StrCpy $Runtime "$LOCALAPPDATA\DeepDesk\runtime"
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} "$0" "/UPGRADE" $IsUpgrade
  ${IfNot} ${Errors}
    StrCpy $IsUpgrade "yes"
    !insertmacro UnselectSection ${SECTION_RUNTIME}
  ${EndIf}
  ClearErrors
  ${GetOptions} "$0" "/KEEPRUNTIME" $1
  ${IfNot} ${Errors}
    !insertmacro UnselectSection ${SECTION_RUNTIME}
  ${EndIf}
  ClearErrors
  ${GetOptions} "$0" "/PURGE" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${SECTION_PREFERENCES}
  ${EndIf}
  ${IfNot} ${Silent}
    ${If} ${FileExists} "$Runtime\made-by-deepdesk"
      ; What the last set-up counted; counting names here would count linked files twice.
      ReadRegDWORD $0 HKCU "${KEY}" "EstimatedSize"
      IntOp $0 $0 - ${KIB}
      ${If} $0 <= 0
        ${GetSize} "$Runtime" "/S=0K" $0 $1 $2
      ${EndIf}
      SectionSetSize ${SECTION_RUNTIME} $0
    ${Else}
      SectionSetFlags ${SECTION_RUNTIME} ${SF_RO}
    ${EndIf}
    SectionSetSize ${SECTION_PROGRAM} ${KIB}
  ${EndIf}
FunctionEnd
