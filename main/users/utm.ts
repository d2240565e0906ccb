import path from 'node:path'
import type { VmConfig } from './vm-config.ts'
import { childrenOf, readXml, type XmlElement } from './xml.ts'

/**
 * A machine of UTM (`NAME.utm/config.plist`): drives name files in `Data` (version 4) or `Images` (before). The
 * name is in it since version 4; before, the bundle's name was the machine's.
 */
export function readUtm(text: string, file: string): readonly VmConfig[] | undefined {
  const root = readXml(text)
  const top = root?.name === 'plist' ? dictionary(root.children[0]) : undefined
  if (top === undefined) return undefined
  const bundle = path.dirname(file)
  const name = dictionary(top.get('Information'))?.get('Name')?.text.trim()
  const disks = [
    ...drives(top.get('Drive'), 'ImageName', path.join(bundle, 'Data')),
    ...drives(top.get('Drives'), 'ImagePath', path.join(bundle, 'Images')),
  ]
  return [{ vm: name === undefined || name === '' ? path.basename(bundle, '.utm') : name, disks }]
}

function drives(list: XmlElement | undefined, key: string, folder: string): readonly string[] {
  return childrenOf(list, 'dict').flatMap((drive) => {
    const name = dictionary(drive)?.get(key)?.text.trim()
    return name === undefined || name === '' ? [] : [path.resolve(folder, name)]
  })
}

/** Keys and values of a `dict`, which stand one after the other. */
function dictionary(element: XmlElement | undefined): ReadonlyMap<string, XmlElement> | undefined {
  if (element?.name !== 'dict') return undefined
  const entries = new Map<string, XmlElement>()
  for (const [index, key] of element.children.entries()) {
    const value = element.children[index + 1]
    if (key.name === 'key' && value !== undefined && value.name !== 'key') {
      entries.set(key.text, value)
    }
  }
  return entries
}
