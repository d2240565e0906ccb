import type { FormatName, ImageInfo, Qcow2Info, SnapshotInfo } from '../operations/image-info.ts'

/** A value of the JSON that QEMU prints. */
type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/** QEMU's driver names, where they are not ours. */
const drivers: Partial<Record<FormatName, string>> = { vhd: 'vpc', qcow1: 'qcow', iso: 'raw' }

/**
 * An image's information with the field names and the structure of `qemu-img info --output=json`
 * (QEMU 7.2). Fields that say nothing are left out where QEMU leaves them out.
 */
export function qemuInfoJson(info: ImageInfo): { readonly [key: string]: Json } {
  const { qcow2, backingFile, backingFormat, snapshots } = info
  const backing = info.chain.find((link) => link.role === 'backing file')
  return defined({
    'backing-filename-format': backingFormat,
    snapshots: snapshots.length === 0 ? undefined : snapshots.map(snapshotJson),
    'virtual-size': info.virtualSize,
    filename: info.path,
    'cluster-size': qcow2?.clusterSize,
    format: drivers[info.format] ?? info.format,
    'actual-size': info.allocatedBytes,
    'format-specific': qcow2 === undefined ? undefined : { type: 'qcow2', data: qcow2Json(qcow2) },
    'full-backing-filename': backing?.path ?? backing?.name,
    'backing-filename': backingFile,
    encrypted: qcow2 !== undefined && qcow2.encryption !== 'none' ? true : undefined,
    'dirty-flag': qcow2?.dirty ?? false,
  })
}

/** ImageInfoSpecificQCow2 of QEMU's QAPI schema; version 2 knows few of the fields. */
function qcow2Json(qcow2: Qcow2Info): { readonly [key: string]: Json } {
  const encrypt = qcow2.encryption === 'none' ? undefined : { format: qcow2.encryption }
  const isV3 = qcow2.version === 3
  return defined({
    compat: isV3 ? '1.1' : '0.10',
    'compression-type': qcow2.compressionType,
    'lazy-refcounts': isV3 ? qcow2.lazyRefcounts : undefined,
    bitmaps: qcow2.bitmaps.length === 0 ? undefined : qcow2.bitmaps.map(bitmapJson),
    'refcount-bits': qcow2.refcountBits,
    'data-file': qcow2.dataFile,
    'data-file-raw': qcow2.dataFile === undefined ? undefined : qcow2.dataFileRaw,
    encrypt,
    corrupt: isV3 ? qcow2.corrupt : undefined,
    'extended-l2': isV3 ? qcow2.extendedL2 : undefined,
  })
}

const bitmapJson = ({ flags, name, granularity }: Qcow2Info['bitmaps'][number]) => ({
  flags,
  name,
  granularity,
})

function snapshotJson(snapshot: SnapshotInfo): { readonly [key: string]: Json } {
  return defined({
    icount: snapshot.icount,
    'vm-clock-nsec': Math.round((snapshot.vmClockMs % 1000) * 1e6) % 1e9,
    name: snapshot.name,
    'date-sec': Math.floor(snapshot.createdAt / 1000),
    // A date in milliseconds is exact to the microsecond, which is what QEMU's own clock gives.
    'date-nsec': Math.round((snapshot.createdAt % 1000) * 1000) * 1000,
    'vm-clock-sec': Math.floor(snapshot.vmClockMs / 1000),
    id: snapshot.id,
    'vm-state-size': snapshot.vmStateSize,
  })
}

/** The same object without the fields that are undefined. */
function defined(fields: { readonly [key: string]: Json | undefined }): {
  readonly [key: string]: Json
} {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  )
}
