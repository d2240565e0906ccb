import { expect, it } from 'vitest'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { checkImage } from '../../../../../core/operations/check.ts'
import { readInfo } from '../../../../../core/operations/info.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

/*
 * Made by hand: QEMU creates and opens a LUKS image only with its passphrase, and creates one only
 * where it can measure how fast it derives keys.
 */
const clusterSize = 4096
/** The first cluster that the builder hands out, behind header, refcounts and L1. */
const headerAt = 4 * clusterSize

/** An image whose two clusters of LUKS header are counted; the extension says where and how long. */
function encrypted({ at = headerAt, length = 2 * clusterSize } = {}): Qcow2Builder {
  const pointer = new DataView(new ArrayBuffer(16))
  pointer.setBigUint64(0, BigInt(at))
  pointer.setBigUint64(8, BigInt(length))
  const extension = { type: 0x0537_be77, data: new Uint8Array(pointer.buffer) }
  const image = new Qcow2Builder({ extensions: [extension] }).leak(2).data(0)
  return image.build().header('cryptMethod', 2)
}

async function examine(image: Qcow2Builder) {
  await using folder = await tempFolder('luks')
  const file = await image.writeTo(folder.file('image.qcow2'))
  const { findings, health } = await checkImage(nodeHost, file)
  const { encryption } = (await readInfo(nodeHost, file)).qcow2 ?? {}
  return { health, encryption, findings: findings.map(({ kind, rule }) => `${kind} ${rule}`) }
}

it('the clusters of a LUKS header are in use', async () => {
  expect(await examine(encrypted())).toEqual({
    health: 'healthy',
    encryption: 'luks',
    findings: [],
  })
})

it('a cluster that the LUKS header does not reach is leaked', async () => {
  const { findings } = await examine(encrypted({ length: clusterSize }))
  expect(findings).toEqual(['leak leaked-clusters'])
})

it('a LUKS header in clusters that are not counted is a corruption', async () => {
  const { health, findings } = await examine(encrypted().setRefcount(headerAt / clusterSize, 0n))
  expect(health).toBe('needs-repair')
  expect(findings).toEqual(['corruption refcount-too-low'])
})
