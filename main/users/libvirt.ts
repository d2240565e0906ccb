import type { VmConfig } from './vm-config.ts'
import { childOf, childrenOf, elementsNamed, readXml, type XmlElement } from './xml.ts'

/** Folders of libvirt's storage pools by name: a disk may be named by pool and volume. */
export type PoolFolders = ReadonlyMap<string, string>

/**
 * A domain (`/etc/libvirt/qemu/NAME.xml`), its running state (`domstatus`), or a snapshot's description, which
 * holds a domain as it was. https://libvirt.org/formatdomain.html, formatsnapshot.html
 */
export function readLibvirtDomain(
  text: string,
  pools: PoolFolders,
): readonly VmConfig[] | undefined {
  const root = readXml(text)
  if (root === undefined) return undefined
  const domain = [...elementsNamed(root, 'domain')][0]
  const inactive = [...elementsNamed(root, 'inactiveDomain')][0]
  const vm = childOf(domain ?? inactive, 'name')?.text.trim()
  if (vm === undefined || vm === '') return undefined
  return [{ vm, disks: [...new Set([...disksOf(root, pools), ...firmwareOf(root)])] }]
}

function* disksOf(root: XmlElement, pools: PoolFolders): Generator<string> {
  for (const disk of elementsNamed(root, 'disk')) {
    // Within it: the source, those of its backing stores, and of a copy that is being made.
    for (const source of elementsNamed(disk, 'source')) {
      const file = source.attributes.get('file')
      if (file !== undefined) yield file
      const volume = source.attributes.get('volume')
      const folder = pools.get(source.attributes.get('pool') ?? '')
      if (volume !== undefined && folder !== undefined) yield `${folder}/${volume}`
    }
  }
}

/** Firmware and its variables can be qcow2 files, too. */
function* firmwareOf(root: XmlElement): Generator<string> {
  for (const os of elementsNamed(root, 'os')) {
    for (const { text } of [...childrenOf(os, 'loader'), ...childrenOf(os, 'nvram')]) {
      if (text.trim() !== '') yield text.trim()
    }
    for (const nvram of childrenOf(os, 'nvram')) {
      const file = childOf(nvram, 'source')?.attributes.get('file')
      if (file !== undefined) yield file
    }
  }
}

/** A storage pool that is a folder (`/etc/libvirt/storage/NAME.xml`): its name and where it is. */
export function readLibvirtPool(
  text: string,
): { readonly name: string; readonly folder: string } | undefined {
  const root = readXml(text)
  if (root?.name !== 'pool') return undefined
  const name = childOf(root, 'name')?.text.trim()
  const folder = childOf(childOf(root, 'target'), 'path')?.text.trim()
  return name === undefined || folder === undefined || folder === '' ? undefined : { name, folder }
}
