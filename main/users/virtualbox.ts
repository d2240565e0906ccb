import path from 'node:path'
import type { VmConfig } from './vm-config.ts'
import { childOf, childrenOf, elementsNamed, readXml, type XmlElement } from './xml.ts'

/** What `VirtualBox.xml` tells: which machines there are, and media that machines name by id only. */
export interface VirtualBoxGlobals {
  /** Absolute paths of the machines' files. */
  readonly machines: readonly string[]
  /** Absolute paths by id; media of machines from before VirtualBox 4. */
  readonly media: ReadonlyMap<string, string>
}

export function readVirtualBoxGlobals(text: string, file: string): VirtualBoxGlobals | undefined {
  const root = readXml(text)
  if (root?.name !== 'VirtualBox') return undefined
  const folder = path.dirname(file)
  const machines = [...elementsNamed(root, 'MachineEntry')].flatMap(({ attributes }) => {
    const source = attributes.get('src')
    return source === undefined ? [] : [path.resolve(folder, source)]
  })
  return { machines, media: new Map(mediaOf(childOf(root, 'Global'), folder)) }
}

/**
 * A machine (`NAME.vbox`). Its media registry holds what it was ever given, with differencing images below what
 * they build on; what is attached and not in it is looked up in the global one.
 */
export function readVirtualBoxMachine(
  text: string,
  file: string,
  global: ReadonlyMap<string, string>,
): readonly VmConfig[] | undefined {
  const root = readXml(text)
  const machine = root?.name === 'VirtualBox' ? childOf(root, 'Machine') : undefined
  const vm = machine?.attributes.get('name')
  if (machine === undefined || vm === undefined) return undefined
  const own = new Map(mediaOf(machine, path.dirname(file)))
  const attached = [...elementsNamed(machine, 'AttachedDevice')]
    .flatMap((device) => childrenOf(device, 'Image'))
    .flatMap(({ attributes }) => global.get(attributes.get('uuid') ?? '') ?? [])
  return [{ vm, disks: [...new Set([...own.values(), ...attached])] }]
}

function* mediaOf(parent: XmlElement | undefined, folder: string): Generator<[string, string]> {
  const registry = childOf(parent, 'MediaRegistry')
  if (registry === undefined) return
  for (const name of ['HardDisk', 'Image']) {
    for (const { attributes } of elementsNamed(registry, name)) {
      const uuid = attributes.get('uuid')
      const location = attributes.get('location')
      if (uuid !== undefined && location !== undefined) yield [uuid, path.resolve(folder, location)]
    }
  }
}
