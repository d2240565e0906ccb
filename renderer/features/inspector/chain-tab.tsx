import type { ChainLink } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { openSheet } from '../../state/sheets.ts'
import { useSettings } from '../../state/settings.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { isCommand } from '../../commands/registry.ts'
import { explain } from '../../state/explain-error.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { unreachable } from '../../unreachable.ts'
import { CommandButton } from '../frame/command-button.tsx'
import { Children } from './needs-card.tsx'
import { FamilyGraph } from '../chain/family-graph.tsx'
import { layersTexts } from './layers-texts.ts'
import { WithInfo } from './with-info.tsx'

const tones: Readonly<Record<ChainLink['state'], Tone>> = {
  open: 'good',
  refused: 'warn',
  missing: 'bad',
  'not-a-path': 'neutral',
  loop: 'bad',
  'too-deep': 'bad',
  unreadable: 'bad',
}

/** What follows for reading; undefined where nothing does. */
function consequenceOf(state: ChainLink['state']): string | undefined {
  const { consequences } = layersTexts()
  switch (state) {
    case 'refused':
      return consequences.refused
    case 'missing':
    case 'unreadable':
      return consequences.unread
    case 'loop':
    case 'too-deep':
      return consequences.notFollowed
    case 'open':
    case 'not-a-path':
      return undefined
    default:
      return unreachable(state)
  }
}

/** The layers a guest reads through, top to base. */
export function ChainTab({ row }: { readonly row: LibraryRow }) {
  return (
    <div className="inspector-stack">
      <FamilyGraph row={row} />
      <Layers row={row} />
    </div>
  )
}

function Layers({ row }: { readonly row: LibraryRow }) {
  const words = layersTexts()
  return (
    <WithInfo row={row}>
      {({ chain }) => (
        <div className="inspector-stack">
          <p className="muted">
            {chain.length === 1 ? (row.childCount > 0 ? words.base : words.alone) : words.below}
          </p>
          <ol className="chain">
            {chain.map((link, index) => (
              <li
                key={`${link.state}:${link.role}:${link.path ?? link.name}`}
                className="chain-item"
              >
                {index > 0 && (
                  <span className="chain-arrow">
                    <Icon name="arrow-down" />
                    {words.roles[link.role]}
                  </span>
                )}
                <Layer link={link} row={row} index={index} />
              </li>
            ))}
          </ol>
          <div className="inspector-actions">
            <CommandButton id="image.relink" />
            {isCommand('image.createOverlay') && <CommandButton id="image.createOverlay" />}
          </div>
          {row.childCount > 0 && (
            <Card title={texts().inspector.chain.children}>
              <Children imageId={row.id} />
            </Card>
          )}
        </div>
      )}
    </WithInfo>
  )
}

function Layer({
  link,
  row,
  index,
}: {
  readonly link: ChainLink
  readonly row: LibraryRow
  /** From the image itself down. */
  readonly index: number
}) {
  const top = index === 0
  const units = useSettings((state) => state.settings.units)
  const words = layersTexts()
  const notes = [
    link.error && explain(link.error).detail,
    consequenceOf(link.state),
    link.formatAssumed ? words.assumed : undefined,
  ].filter((note) => note !== undefined)
  const size = (label: string, bytes: number | undefined) =>
    bytes === undefined
      ? []
      : [{ label, value: formatBytes(bytes, units), title: exactBytes(bytes) }]
  return (
    <article className="card">
      <header className="snapshot-head">
        <h3 className="truncate" title={link.name}>
          {baseName(link.path ?? link.name)}
        </h3>
        {top ? (
          <Badge tone="info">{words.thisImage}</Badge>
        ) : (
          <Badge tone={tones[link.state]}>{words.states[link.state]}</Badge>
        )}
      </header>
      <Facts
        items={[
          ...(top ? [] : [{ label: words.asWritten, value: <code>{link.name}</code> }]),
          ...(link.path === undefined ? [] : [{ label: words.path, value: link.path }]),
          ...(link.format === undefined
            ? []
            : [
                { label: words.format, value: link.formatAssumed ? words.rawAssumed : link.format },
              ]),
          ...size(words.virtualSize, link.virtualSize),
          ...size(words.onDisk, link.allocatedBytes),
        ]}
      />
      {notes.length > 0 && <p className="chain-meaning">{notes.join(' ')}</p>}
      {(link.state === 'missing' || link.state === 'unreadable') && index === 1 && (
        <Button
          icon="link"
          size="small"
          variant="primary"
          onClick={() => openSheet({ kind: 'relink', imageId: row.id })}
        >
          {texts().inspector.chain.relinkBroken}
        </Button>
      )}
      {link.state === 'refused' && (
        <Button
          icon="link"
          size="small"
          onClick={() => openSheet({ kind: 'trust-links', imageId: row.id })}
        >
          {words.trust}
        </Button>
      )}
    </article>
  )
}

/** Names that are no path are shown whole. */
const baseName = (name: string): string =>
  /^[a-z][\w+.-]*:/i.test(name) ? name : (name.split(/[\\/]/).at(-1) ?? name)
