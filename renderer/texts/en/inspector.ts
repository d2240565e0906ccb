/** The inspector beside the library. */
export const inspector = {
  actions: {
    title: 'What you can do',
    compact: 'Compact…',
    resize: 'Resize…',
    snapshot: 'Snapshot…',
    repair: 'Repair…',
    repairHint: 'Shows first what would be written and what cannot be put right',
    trash: 'Move to Trash…',
    undo: 'Undo…',
  },
  needs: {
    title: 'Who needs it',
    vms: 'Virtual machines',
    parent: 'Builds on',
    children: 'Overlays on it',
    nobody: 'No VM that was found names it, and no image of the library builds on it.',
    orphan: 'Nothing that was looked at needs it.',
    vm: (name: string, source: string) => `${name} (${source})`,
    sources: {
      libvirt: 'libvirt',
      virtualbox: 'VirtualBox',
      vmware: 'VMware',
      utm: 'UTM',
      lima: 'Lima',
      quickemu: 'quickemu',
    },
    more: (count: string) => `and ${count} more`,
    show: (name: string) => `Show ${name}`,
    chain: 'Show the chain',
  },
  chain: {
    relink: 'Change backing file…',
    relinkBroken: 'Choose the backing file…',
    overlay: 'Create overlay…',
    children: 'Overlays that build on this image',
  },
  reading: 'Reading the image…',
  missing: {
    title: 'The file is missing',
    since: (path: string, when: string) =>
      `It has not been at ${path} since ${when}. When it comes back, its facts are read again; the history is kept.`,
  },
}
