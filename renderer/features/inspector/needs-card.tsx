import type { ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatCount } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { showInspectorTab } from '../../state/page.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { revealImages } from '../library/reveal-images.ts'

const shownChildren = 6

/** Virtual machines and overlays that would miss the image, and what it builds on itself. */
export function NeedsCard({ row }: { readonly row: LibraryRow }) {
  const words = texts().inspector.needs
  const parent = useLibrary(({ rows }) =>
    row.parentId === undefined ? undefined : rows.get(row.parentId),
  )
  const isAlone = row.usedBy.length === 0 && row.childCount === 0
  return (
    <Card title={words.title}>
      {isAlone && <p className="muted">{row.isOrphan ? words.orphan : words.nobody}</p>}
      <Facts
        items={[
          ...(row.usedBy.length === 0
            ? []
            : [
                {
                  label: words.vms,
                  value: (
                    <Lines>
                      {row.usedBy.map(({ source, vm, config }) => (
                        <li key={config} title={config}>
                          {words.vm(vm, words.sources[source])}
                        </li>
                      ))}
                    </Lines>
                  ),
                },
              ]),
          ...(row.childCount === 0
            ? []
            : [{ label: words.children, value: <Children imageId={row.id} /> }]),
          ...(parent === undefined
            ? []
            : [{ label: words.parent, value: <ImageLink row={parent} /> }]),
        ]}
      />
      {(row.childCount > 0 || row.backing !== undefined) && (
        <div className="inspector-actions">
          <Button size="small" icon="chain" onClick={() => showInspectorTab('chain')}>
            {words.chain}
          </Button>
        </div>
      )}
    </Card>
  )
}

/** The overlays of an image by name; each shows itself. */
export function Children({ imageId }: { readonly imageId: number }) {
  const rows = useLibrary((state) => state.rows)
  const children = [...rows.values()].filter(({ parentId }) => parentId === imageId)
  const more = children.length - shownChildren
  return (
    <Lines>
      {children.slice(0, shownChildren).map((child) => (
        <li key={child.id}>
          <ImageLink row={child} />
        </li>
      ))}
      {more > 0 && <li className="muted">{texts().inspector.needs.more(formatCount(more))}</li>}
    </Lines>
  )
}

function ImageLink({ row }: { readonly row: LibraryRow }) {
  return (
    <button
      type="button"
      className="inspector-link"
      title={row.path}
      aria-label={texts().inspector.needs.show(row.name)}
      onClick={() => revealImages([row.id])}
    >
      {row.name}
    </button>
  )
}

const Lines = ({ children }: { readonly children: ReactNode }) => (
  <ul className="inspector-lines">{children}</ul>
)
