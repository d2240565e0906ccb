import type { ChainLink } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { openSheet } from '../../state/sheets.ts'
import { useSettings } from '../../state/settings.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { WithInfo } from './with-info.tsx'

interface StateWords {
  readonly word: string
  readonly tone: Tone
  /** Why it is so and what follows, where the services' own words do not say it. */
  readonly meaning: string
}

const stateWords: Readonly<Record<ChainLink['state'], StateWords>> = {
  open: { word: 'Read', tone: 'good', meaning: '' },
  refused: {
    word: 'Not opened',
    tone: 'warn',
    meaning:
      'The name leads out of the folder of the image. Platter opens such a file only when you trust this image, because a hostile image could name any file of this computer.',
  },
  missing: {
    word: 'Missing',
    tone: 'bad',
    meaning: 'There is no such file. What the image does not store itself cannot be read.',
  },
  'not-a-path': {
    word: 'Never opened',
    tone: 'neutral',
    meaning:
      'This is a URL or a json: description, not a file name. Platter shows it as text only.',
  },
  loop: {
    word: 'Loop',
    tone: 'bad',
    meaning: 'The chain comes back to a file that is already in it. It was not followed further.',
  },
  'too-deep': {
    word: 'Too deep',
    tone: 'bad',
    meaning: 'The chain has more layers than Platter follows.',
  },
  unreadable: {
    word: 'Cannot read',
    tone: 'bad',
    meaning: 'The file is there but cannot be read.',
  },
}

/** The layers a guest reads through, top to base. */
export function ChainTab({ row }: { readonly row: LibraryRow }) {
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
                <Layer link={link} row={row} top={index === 0} />
              </li>
            ))}
          </ol>
        </div>
      )}
    </WithInfo>
  )
}

function Layer({
  link,
  row,
  top,
}: {
  readonly link: ChainLink
  readonly row: LibraryRow
  readonly top: boolean
}) {
  const units = useSettings((state) => state.settings.units)
  const { word, tone, meaning } = stateWords[link.state]
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
          ...(link.format === undefined ? [] : [{ label: 'Format', value: link.format }]),
          ...size('Virtual size', link.virtualSize),
          ...size('On disk', link.allocatedBytes),
        ]}
      />
      {(meaning !== '' || link.error !== undefined) && (
        <p className="chain-meaning">
          {link.error === undefined ? meaning : `${link.error.explanation.detail} ${meaning}`}
        </p>
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
