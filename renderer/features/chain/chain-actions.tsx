import { runCommand } from '../../commands/registry.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatCount } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { Button } from '../../ui/button.tsx'
import { revealImages } from '../library/reveal-images.ts'
import type { ChainNode } from './chain-families.ts'
import { chainTexts } from './chain-texts.ts'

export interface ChainActionsProps {
  readonly node: ChainNode
  /** The inspector is there already. */
  readonly withoutShow?: boolean
}

/** What can be done about a node: look at it, or mend its link. */
export function ChainActions({ node, withoutShow = false }: ChainActionsProps) {
  const words = chainTexts()
  if (node.kind === 'loose') return <LooseActions node={node} />
  const { row } = node
  return (
    <>
      {!withoutShow && (
        <Button size="small" icon="open" onClick={() => revealImages([row.id])}>
          {words.show}
        </Button>
      )}
      {row.missingSince !== undefined && (
        <Button
          size="small"
          icon="search"
          onClick={() => openSheet({ kind: 'locate', imageId: row.id })}
        >
          {words.locate}
        </Button>
      )}
      {row.backing?.state === 'outside' && !row.linksTrusted && (
        <Button
          size="small"
          icon="link"
          onClick={() => openSheet({ kind: 'trust-links', imageId: row.id })}
        >
          {words.trust}
        </Button>
      )}
      {(node.inLoop || isLinkBroken(row)) && (
        <Button size="small" icon="link" onClick={() => runCommand('image.relink', [row.id])}>
          {words.relink}
        </Button>
      )}
    </>
  )
}

/** Nothing can be read through it, and another name may help. */
const isLinkBroken = ({ backing, missingSince }: LibraryRow): boolean =>
  missingSince === undefined && backing !== undefined && backing.state !== 'present'

/** A name that leads to no image of the library: its overlays are what can be changed. */
function LooseActions({ node }: { readonly node: Extract<ChainNode, { kind: 'loose' }> }) {
  const words = chainTexts()
  const { path, state } = node
  const [first, ...others] = node.children
  const isOnly = first !== undefined && others.length === 0
  return (
    <>
      {state === 'outside' && path !== undefined && (
        <Button
          size="small"
          icon="plus"
          onClick={() => {
            host()
              .api['library.addFiles']({ paths: [path] })
              .catch(reportError)
          }}
        >
          {words.add}
        </Button>
      )}
      {isOnly && state === 'untrusted' && (
        <Button
          size="small"
          icon="link"
          onClick={() => openSheet({ kind: 'trust-links', imageId: first.row.id })}
        >
          {words.trust}
        </Button>
      )}
      {isOnly ? (
        <Button size="small" icon="link" onClick={() => runCommand('image.relink', [first.row.id])}>
          {words.relink}
        </Button>
      ) : (
        <Button
          size="small"
          icon="open"
          onClick={() => revealImages(node.children.map(({ row }) => row.id))}
        >
          {words.showOverlays(formatCount(node.children.length))}
        </Button>
      )}
    </>
  )
}
