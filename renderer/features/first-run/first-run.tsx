import { commandOf, runCommand } from '../../commands/registry.ts'
import { shownShortcut } from '../../commands/platform.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { texts } from '../../texts/texts.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import './first-run.css'

/** An empty library: what Platter is for, and the ways in. */
export function FirstRun() {
  const drops = useAppInfo((state) => state.info?.capabilities.dropPaths === true)
  const words = texts().frame.firstRun
  return (
    <div className="first-run">
      <div className="first-run-content">
        <span className="first-run-sign">
          <Icon name="disk" size={36} />
        </span>
        <h2 className="first-run-title">{words.title}</h2>
        <p className="first-run-text">{words.text}</p>
        <div className="first-run-ways">
          <Way
            id="library.addFolder"
            icon="folder-add"
            title={words.addFolder}
            text={words.addFolderText}
          />
          <Way
            id="library.openImage"
            icon="file"
            title={words.openImage}
            text={words.openImageText}
          />
        </div>
        {drops && (
          <p className="first-run-drop">
            <Icon name="download" /> {words.drop}
          </p>
        )}
      </div>
    </div>
  )
}

interface WayProps {
  readonly id: string
  readonly icon: IconName
  readonly title: string
  readonly text: string
}

function Way({ id, icon, title, text }: WayProps) {
  return (
    <button type="button" className="first-run-way" onClick={() => runCommand(id)}>
      <Icon name={icon} size={22} />
      <span className="first-run-way-words">
        <strong>{title}</strong>
        <span>{text}</span>
      </span>
      <kbd>{shownShortcut(commandOf(id))}</kbd>
    </button>
  )
}
