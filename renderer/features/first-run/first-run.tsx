import { commandOf, runCommand } from '../../commands/registry.ts'
import { shownShortcut } from '../../commands/platform.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import './first-run.css'

/** An empty library: what Platter is for, and the ways in. */
export function FirstRun() {
  const drops = useAppInfo((state) => state.info?.capabilities.dropPaths === true)
  return (
    <div className="first-run">
      <div className="first-run-content">
        <span className="first-run-sign">
          <Icon name="disk" size={36} />
        </span>
        <h2 className="first-run-title">See the truth about your disk images</h2>
        <p className="first-run-text">
          Platter shows which images are healthy, what each one really takes on disk, and what is
          inside. It only reads: nothing here changes an image, and nothing leaves this computer.
        </p>
        <div className="first-run-ways">
          <Way
            id="library.addFolder"
            icon="folder-add"
            title="Add a folder"
            text="Every image in it, kept up to date"
          />
          <Way
            id="library.openImage"
            icon="file"
            title="Open one image"
            text="qcow2 and raw; other formats are named"
          />
        </div>
        {drops && (
          <p className="first-run-drop">
            <Icon name="download" /> Or drop files and folders anywhere on this window
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
