import { Suspense } from 'react'
import { closeSheet, useSheet, type Sheet } from '../../state/sheets.ts'
import { unreachable } from '../../unreachable.ts'
import { ErrorSheet } from '../error/error-sheet.tsx'
import { PaletteSheet } from '../palette/palette-sheet.tsx'
import { lazily } from './lazily.ts'

const AboutSheet = lazily(async () => (await import('../about/about-sheet.tsx')).AboutSheet)
const AddFoldersSheet = lazily(
  async () => (await import('../add-folder/add-folders-sheet.tsx')).AddFoldersSheet,
)
const BatchPlanSheet = lazily(
  async () => (await import('../batch/batch-plan-sheet.tsx')).BatchPlanSheet,
)
const BrowseSheet = lazily(async () => (await import('../browse/browse-sheet.tsx')).BrowseSheet)
const HashSheet = lazily(async () => (await import('../hash/hash-sheet.tsx')).HashSheet)
const RemoveFolderSheet = lazily(
  async () => (await import('../library/remove-folder-sheet.tsx')).RemoveFolderSheet,
)
const RemoveImagesSheet = lazily(
  async () => (await import('../library/remove-images-sheet.tsx')).RemoveImagesSheet,
)
const TrustLinksSheet = lazily(
  async () => (await import('../library/trust-links-sheet.tsx')).TrustLinksSheet,
)
const TreatAsRawSheet = lazily(
  async () => (await import('../library/treat-as-raw-sheet.tsx')).TreatAsRawSheet,
)
const SettingsSheet = lazily(
  async () => (await import('../settings/settings-sheet.tsx')).SettingsSheet,
)
const ShortcutsSheet = lazily(
  async () => (await import('../shortcuts/shortcuts-sheet.tsx')).ShortcutsSheet,
)
const TakeSnapshotSheet = lazily(
  async () => (await import('../snapshots/take-snapshot-sheet.tsx')).TakeSnapshotSheet,
)
const ApplySnapshotSheet = lazily(
  async () => (await import('../snapshots/apply-snapshot-sheet.tsx')).ApplySnapshotSheet,
)
const DeleteSnapshotSheet = lazily(
  async () => (await import('../snapshots/delete-snapshot-sheet.tsx')).DeleteSnapshotSheet,
)
const RenameSnapshotSheet = lazily(
  async () => (await import('../snapshots/rename-snapshot-sheet.tsx')).RenameSnapshotSheet,
)
const CompactSheet = lazily(async () => (await import('../compact/compact-sheet.tsx')).CompactSheet)
const NewImageSheet = lazily(
  async () => (await import('../create/new-image-sheet.tsx')).NewImageSheet,
)
const ResizeSheet = lazily(async () => (await import('../resize/resize-sheet.tsx')).ResizeSheet)
const RepairSheet = lazily(async () => (await import('../repair/repair-sheet.tsx')).RepairSheet)
const RenameSheet = lazily(async () => (await import('../files/rename-sheet.tsx')).RenameSheet)
const MoveSheet = lazily(async () => (await import('../files/move-sheet.tsx')).MoveSheet)
const TrashSheet = lazily(async () => (await import('../files/trash-sheet.tsx')).TrashSheet)
const JobLogSheet = lazily(async () => (await import('../jobs/job-log-sheet.tsx')).JobLogSheet)
const WeeklyCheckSheet = lazily(
  async () => (await import('../schedule/weekly-check-sheet.tsx')).WeeklyCheckSheet,
)
const LocateSheet = lazily(async () => (await import('../chain/locate-sheet.tsx')).LocateSheet)
const RelinkSheet = lazily(async () => (await import('../relink/relink-sheet.tsx')).RelinkSheet)
const UndoBatchSheet = lazily(
  async () => (await import('../undo/undo-batch-sheet.tsx')).UndoBatchSheet,
)
const UndoSheet = lazily(async () => (await import('../undo/undo-sheet.tsx')).UndoSheet)

/** The one dialog that is open. */
export function Sheets() {
  const sheet = useSheet((state) => state.sheet)
  if (sheet === undefined) return null
  // What comes with a dialog that is opened for the first time is there within a frame or two. The key lets the
  // dialog before it go at once: going later, it would take the keyboard back from the new one.
  return (
    <Suspense key={sheet.kind}>
      <Content sheet={sheet} />
    </Suspense>
  )
}

function Content({ sheet }: { readonly sheet: Sheet }) {
  switch (sheet.kind) {
    case 'palette':
      return <PaletteSheet onClose={closeSheet} />
    case 'shortcuts':
      return <ShortcutsSheet onClose={closeSheet} />
    case 'settings':
      return <SettingsSheet onClose={closeSheet} />
    case 'about':
      return <AboutSheet onClose={closeSheet} />
    case 'browse':
      return <BrowseSheet purpose={sheet.purpose} onClose={closeSheet} />
    case 'add-folders':
      return <AddFoldersSheet paths={sheet.paths} check={sheet.check} onClose={closeSheet} />
    case 'locate':
      return <LocateSheet imageId={sheet.imageId} onClose={closeSheet} />
    case 'trust-links':
      return <TrustLinksSheet imageId={sheet.imageId} onClose={closeSheet} />
    case 'treat-as-raw':
      return <TreatAsRawSheet imageId={sheet.imageId} onClose={closeSheet} />
    case 'remove-images':
      return <RemoveImagesSheet imageIds={sheet.imageIds} onClose={closeSheet} />
    case 'remove-folder':
      return <RemoveFolderSheet folderId={sheet.folderId} onClose={closeSheet} />
    case 'batch':
      return <BatchPlanSheet {...sheet} onClose={closeSheet} />
    case 'hash':
      return <HashSheet key={sheet.imageId} imageId={sheet.imageId} onClose={closeSheet} />
    case 'take-snapshot':
      return <TakeSnapshotSheet imageId={sheet.imageId} onClose={closeSheet} />
    case 'apply-snapshot':
      return <ApplySnapshotSheet {...sheet} onClose={closeSheet} />
    case 'delete-snapshot':
      return <DeleteSnapshotSheet {...sheet} onClose={closeSheet} />
    case 'rename-snapshot':
      return <RenameSnapshotSheet {...sheet} onClose={closeSheet} />
    case 'repair':
      return <RepairSheet key={sheet.imageId} imageId={sheet.imageId} onClose={closeSheet} />
    case 'rename':
      return <RenameSheet key={sheet.imageId} {...sheet} onClose={closeSheet} />
    case 'move':
      return <MoveSheet imageIds={sheet.imageIds} onClose={closeSheet} />
    case 'trash':
      return <TrashSheet imageIds={sheet.imageIds} onClose={closeSheet} />
    case 'relink':
      return <RelinkSheet key={sheet.imageId} imageId={sheet.imageId} onClose={closeSheet} />
    case 'undo':
      return (
        <UndoSheet
          key={sheet.jobId}
          imageId={sheet.imageId}
          jobId={sheet.jobId}
          onClose={closeSheet}
        />
      )
    case 'undo-batch':
      return <UndoBatchSheet batchId={sheet.batchId} onClose={closeSheet} />
    case 'resize':
      return <ResizeSheet key={sheet.imageId} imageId={sheet.imageId} onClose={closeSheet} />
    case 'compact':
      return <CompactSheet key={sheet.imageId} imageId={sheet.imageId} onClose={closeSheet} />
    case 'new-image':
      return <NewImageSheet base={sheet.base} onClose={closeSheet} />
    case 'weekly-check':
      return <WeeklyCheckSheet folderId={sheet.folderId} onClose={closeSheet} />
    case 'job-log':
      return <JobLogSheet jobId={sheet.jobId} onClose={closeSheet} />
    case 'error':
      return <ErrorSheet error={sheet.error} onClose={closeSheet} />
    default:
      return unreachable(sheet)
  }
}
