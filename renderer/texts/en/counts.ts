const noun =
  (one: string, many = `${one}s`) =>
  (count: number, shown: string): string =>
    `${shown} ${count === 1 ? one : many}`

/** What is counted, with its number before it; see counted() in renderer/format. */
export const counts = {
  bit: noun('bit'),
  byte: noun('byte'),
  change: noun('change'),
  checkError: noun('check error'),
  checksum: noun('checksum'),
  cluster: noun('cluster'),
  corruption: noun('corruption'),
  digit: noun('digit'),
  entry: noun('entry', 'entries'),
  extent: noun('extent'),
  file: noun('file'),
  folder: noun('folder'),
  image: noun('image'),
  job: noun('job'),
  leakedCluster: noun('leaked cluster'),
  otherImage: noun('other image'),
  overlay: noun('overlay'),
  part: noun('part'),
  path: noun('path'),
  problemQemuDoesNotCount: noun(
    'problem that QEMU does not count',
    'problems that QEMU does not count',
  ),
  range: noun('range'),
  remark: noun('remark'),
  snapshot: noun('snapshot'),
  step: noun('step'),
  unreadablePart: noun('unreadable part'),
  virtualMachine: noun('virtual machine'),
  warning: noun('warning'),
  write: noun('write'),
}
