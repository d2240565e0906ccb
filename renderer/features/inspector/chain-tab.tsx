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
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { CommandButton } from '../frame/command-button.tsx'
import { Children } from './needs-card.tsx'
import { FamilyGraph } from '../chain/family-graph.tsx'
import { WithInfo } from './with-info.tsx'

interface StateWords {
  readonly word: string
  readonly tone: Tone
  /** What follows; what happened is said by the link's own error. */
  readonly consequence?: string
}

const stateWords: Readonly<Record<ChainLink['state'], StateWords>> = {
  open: { word: 'Read', tone: 'good' },
  refused: {
    word: 'Not opened',
    tone: 'warn',
    consequence:
      'Platter opens a file outside the folder only when you trust this image, because a hostile image could name any file of this computer.',
  },
  missing: {
    word: 'Missing',
    tone: 'bad',
    consequence: 'What the image does not store itself cannot be read.',
  },
  'not-a-path': { word: 'Never opened', tone: 'neutral' },
  loop: { word: 'Loop', tone: 'bad', consequence: 'It was not followed further.' },
  'too-deep': { word: 'Too deep', tone: 'bad', consequence: 'It was not followed further.' },
  unreadable: {
    word: 'Cannot read',
    tone: 'bad',
    consequence: 'What the image does not store itself cannot be read.',
  },
}

const assumedFormat =
  'Nothing says the format of this file, and it has no signature that Platter knows: it is read as raw, as QEMU does.'

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
  return (
    <WithInfo row={row}>
      {({ chain }) => (
        <div className="inspector-stack">
          <p className="muted">
            {chain.length === 1
              ? 'This image stands alone: it has no backing file and no data file.'
              : 'What a layer does not store is read from the layer below it.'}
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
                    {link.role}
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
  const { word, tone, consequence } = stateWords[link.state]
  const notes = [
    link.error?.explanation.detail,
    consequence,
    link.formatAssumed ? assumedFormat : undefined,
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
        {top ? <Badge tone="info">This image</Badge> : <Badge tone={tone}>{word}</Badge>}
      </header>
      <Facts
        items={[
          ...(top ? [] : [{ label: 'As written', value: <code>{link.name}</code> }]),
          ...(link.path === undefined ? [] : [{ label: 'Path', value: link.path }]),
          ...(link.format === undefined
            ? []
            : [{ label: 'Format', value: link.formatAssumed ? 'raw (assumed)' : link.format }]),
          ...size('Virtual size', link.virtualSize),
          ...size('On disk', link.allocatedBytes),
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
          Trust this link…
        </Button>
      )}
    </article>
  )
}

/** Names that are no path are shown whole. */
const baseName = (name: string): string =>
  /^[a-z][\w+.-]*:/i.test(name) ? name : (name.split(/[\\/]/).at(-1) ?? name)
