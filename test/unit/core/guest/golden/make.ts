/**
 * Makes disks.json anew from what real tools write: `node test/unit/core/guest/golden/make.ts [NAME...]`, as root, with
 * Debian's e2fsprogs, xfsprogs, btrfs-progs, ntfs-3g, dosfstools, exfatprogs, cryptsetup-bin, lvm2 and fdisk. Those that are
 * named are made anew, the others stay.
 */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { readStructure } from '../../../../../core/guest/read-structure.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import { goldenDisks, goldenPath, Recorder, type GoldenDisk } from './golden-disk.ts'

const uuid = '11111111-2222-3333-4444-555555555555'
const pv = '7dSc1Y-Kcx1-t3Vw-8n2k-bW3r-Ppq2-hZsUx1'

/** Shell commands that fill `$disk`, which has the size before. */
const disks: Readonly<Record<string, readonly [size: string, command: string]>> = {
  ext2: ['16M', `mkfs.ext2 -q -L two -U ${uuid} $disk`],
  ext3: ['16M', `mkfs.ext3 -q -L three -U ${uuid} $disk`],
  ext4: ['64M', `mkfs.ext4 -q -L root -U ${uuid} $disk 48M`],
  xfs: ['320M', `mkfs.xfs -q -L xroot -m uuid=${uuid} $disk`],
  btrfs: ['128M', `mkfs.btrfs -q -L bdata -U ${uuid} $disk`],
  ntfs: ['16M', 'mkfs.ntfs -q -F -Q -L Windows $disk'],
  fat12: ['1M', 'mkfs.fat -F 12 -n TWELVE -i 1234abcd $disk'],
  fat16: ['16M', 'mkfs.fat -F 16 -n SIXTEEN -i 1234abcd $disk'],
  fat32: ['64M', 'mkfs.fat -F 32 -n BOOT -i 1234abcd $disk'],
  exfat: ['16M', 'mkfs.exfat -L Stick $disk'],
  swap: ['16M', `mkswap -L swp -U ${uuid} $disk`],
  luks1: [
    '4M',
    `echo -n pw | cryptsetup luksFormat --type luks1 --batch-mode --uuid ${uuid} --pbkdf-force-iterations 1000 $disk -`,
  ],
  luks2: [
    '32M',
    `echo -n pw | cryptsetup luksFormat --type luks2 --batch-mode --uuid ${uuid} --label secret --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $disk -`,
  ],
  lvm: [
    '16M',
    `loop=$(losetup -f --show $disk) && { pvcreate -qq -ff -y -u ${pv} --norestorefile $loop; losetup -d $loop; }`,
  ],
  gpt: [
    '96M',
    `printf 'label: gpt\nsize=16M, type=U, name=efi\nsize=48M, type=L, name="root disk"\ntype=S\n' | sfdisk -q $disk &&
     mkfs.fat -F 16 -n EFI -i 1234abcd --offset 2048 $disk 16384 &&
     mkfs.ext4 -q -L root -U ${uuid} -E offset=17825792 $disk 40M`,
  ],
  // Smaller than what they are on, with the longest labels.
  'ext4-in-part': ['64M', `mkfs.ext4 -q -L abcdefghijklmnop -U ${uuid} $disk 40M`],
  'xfs-in-part': ['400M', `mkfs.xfs -q -L abcdefghijkl -m uuid=${uuid} -d size=320m $disk`],
  'btrfs-in-part': ['160M', `mkfs.btrfs -q -b 128M -L '${'label '.repeat(42)}xy' -U ${uuid} $disk`],
  'ntfs-in-part': [
    '32M',
    "mkfs.ntfs -q -F -Q -s 512 -L 'Größe der Platte, 32 Zeichen, ü!' $disk 32768",
  ],
  'fat32-in-part': ['96M', "mkfs.fat -F 32 -n 'ELEVEN CHAR' -i 1234abcd $disk 65536"],
  'swap-in-part': ['32M', `mkswap -L abcdefghijklmno -U ${uuid} $disk 16384`],
  'exfat-label': ['16M', "mkfs.exfat -L 'Grüße 12345' $disk"],
  mbr: [
    '64M',
    `printf 'label: dos\nsize=16M, type=83, bootable\nsize=16M, type=5\nsize=4M, type=82\nsize=8M, type=7\n' | sfdisk -q $disk`,
  ],
}

async function make(folder: string, name: string, [size, command]: readonly [string, string]) {
  const disk = `${folder}/${name}.raw`
  const run = (words: string) =>
    execFileSync('bash', ['-c', words], { encoding: 'utf8', env: { ...process.env, disk } })
  run('truncate -s "$SIZE" $disk'.replace('$SIZE', size))
  run(`${command} > /dev/null 2>&1`)
  const recorder = new Recorder(await readFile(disk))
  await readStructure(recorder, undefined)
  // A sound GPT is found without it.
  await recorder.read(new Uint8Array(512), 0)
  // 2: nothing that blkid knows.
  const told = run('blkid -p -o export $disk || [ $? = 2 ]').split('\n')
  const facts = told.map((line) => line.split('=')).filter(([key]) => key !== 'DEVNAME')
  return recorder.kept(
    Object.fromEntries(facts.filter(([key]) => key !== '')) as GoldenDisk['blkid'],
  )
}

await using folder = await tempFolder()
const wanted = process.argv.slice(2)
const made: Record<string, GoldenDisk> = wanted.length === 0 ? {} : { ...goldenDisks() }
for (const [name, recipe] of Object.entries(disks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  made[name] = await make(folder.path, name, recipe)
}
await writeFile(goldenPath, `${JSON.stringify(made, undefined, 1)}\n`)
