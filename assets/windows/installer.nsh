; What the installer adds to Explorer's menu of disk images: a cascade "Platter" whose entries start the app with
; --action=…, which opens that dialog and begins nothing (main/desktop/launch-request.ts). SystemFileAssociations adds
; to the menu of a file type and takes no type over, whichever program opens it. Explorer sorts entries by their keys,
; so these begin with their place. SHELL_CONTEXT is the machine's or the person's part of the registry, as installed.
; electron-builder includes this file (nsis.include); test/packaging/explorer-verbs.test.ts reads it.

!define PLATTER_TYPES "Software\Classes\SystemFileAssociations"

!macro platterMenu EXTENSION
  WriteRegStr SHELL_CONTEXT "${PLATTER_TYPES}\${EXTENSION}\shell\Platter" "MUIVerb" "Platter"
  WriteRegStr SHELL_CONTEXT "${PLATTER_TYPES}\${EXTENSION}\shell\Platter" "Icon" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  ; Empty: the entries are the keys below.
  WriteRegStr SHELL_CONTEXT "${PLATTER_TYPES}\${EXTENSION}\shell\Platter" "SubCommands" ""
!macroend

!macro platterVerb EXTENSION KEY ACTION TITLE
  WriteRegStr SHELL_CONTEXT "${PLATTER_TYPES}\${EXTENSION}\shell\Platter\shell\${KEY}" "MUIVerb" "${TITLE}"
  WriteRegStr SHELL_CONTEXT "${PLATTER_TYPES}\${EXTENSION}\shell\Platter\shell\${KEY}\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "--action=${ACTION}" "%1"'
!macroend

!macro customInstall
  !insertmacro platterMenu ".qcow2"
  !insertmacro platterVerb ".qcow2" "1check" "check" "Check…"
  !insertmacro platterVerb ".qcow2" "2compact" "compact" "Compact…"
  !insertmacro platterVerb ".qcow2" "3resize" "resize" "Resize…"
  !insertmacro platterVerb ".qcow2" "4sha" "sha" "Compute SHA-256…"
  !insertmacro platterMenu ".raw"
  !insertmacro platterVerb ".raw" "2compact" "compact" "Compact…"
  !insertmacro platterVerb ".raw" "3resize" "resize" "Resize…"
  !insertmacro platterVerb ".raw" "4sha" "sha" "Compute SHA-256…"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "${PLATTER_TYPES}\.qcow2\shell\Platter"
  DeleteRegKey SHELL_CONTEXT "${PLATTER_TYPES}\.raw\shell\Platter"
!macroend
