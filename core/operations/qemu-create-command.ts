import type { CreateOptions, CreateQcow2Options } from './create-options.ts'

/**
 * The arguments with which qemu-img makes the same image, options that are QEMU's own defaults left out.
 * For people to read and to compare with: nothing here runs it.
 */
export function qemuCommandOf(
  path: string,
  options: CreateOptions,
  virtualSize: number,
): readonly string[] {
  const settings =
    options.format === 'qcow2'
      ? qcow2Settings(options)
      : [setting('preallocation', options.preallocation)]
  const given = settings.filter((entry) => entry !== undefined).join(',')
  const backing = options.format === 'qcow2' ? options.backing : undefined
  return [
    'qemu-img',
    'create',
    '-f',
    options.format,
    ...(given === '' ? [] : ['-o', given]),
    ...(backing === undefined ? [] : ['-b', backing.name, '-F', backing.format]),
    path,
    String(virtualSize),
  ]
}

const qcow2Settings = (options: CreateQcow2Options): readonly (string | undefined)[] => [
  setting('compat', options.version === 2 ? '0.10' : undefined),
  setting('cluster_size', options.clusterSize),
  setting('refcount_bits', options.refcountBits),
  setting('lazy_refcounts', options.lazyRefcounts === true ? 'on' : undefined),
  setting('extended_l2', options.extendedL2 === true ? 'on' : undefined),
  setting('compression_type', options.compressionType),
  setting('preallocation', options.preallocation),
  setting('data_file', options.dataFile?.name),
  setting('data_file_raw', options.dataFile?.raw === true ? 'on' : undefined),
]

/** QEMU's lists are separated by commas; one inside a value is written twice. */
const setting = (name: string, value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : `${name}=${String(value).replaceAll(',', ',,')}`
