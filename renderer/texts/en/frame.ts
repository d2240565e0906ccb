/** What is around the pages: bars, banners, the drawer, and what is dropped on the window. */
export const frame = {
  product: 'Platter',
  /** Landmarks for screen readers. */
  popups: 'Dialogs and menus',
  toasts: 'Notifications',
  drawer: 'Running and finished work',
  drawerHeight: 'Height of the activity drawer',
  sidebarWidth: 'Width of the sidebar',
  topBar: {
    sidebar: 'Folders and views',
    newImage: 'New image',
    openImage: 'Open image',
    addFolder: 'Add folder',
    settings: 'Settings',
    search: 'Search or run a command',
    activity: 'Activity',
    activityRunning: (jobs: string) => `Activity: ${jobs} running`,
  },
  statusBar: {
    selected: (count: string, images: string) => `${count} of ${images} selected`,
    shown: (count: string, images: string) => `${count} of ${images}`,
    virtual: (size: string) => `Virtual ${size}`,
    onDisk: (size: string) => `On disk ${size}`,
    ofUnknownSize: (count: string) => `${count} of unknown size`,
    engine: (version: string) => `Platter engine ${version}`,
  },
  lost: {
    title: 'The connection to Platter was lost',
    text: 'Trying to connect again. Running jobs go on; the list shows what was known last.',
  },
  refused: {
    title: 'Platter was started again',
    text: 'This page belongs to the run before it. Copy the new link from the terminal where Platter was started; the list shows what was known last.',
  },
  dismiss: (title: string) => `Dismiss: ${title}`,
  noLink: {
    title: 'Open the link that Platter printed',
    text: 'This page needs the secret that is part of the link, and the one it has is missing or out of date. Copy the whole link from the terminal where Platter was started.',
  },
  connecting: {
    title: 'Connecting to Platter…',
    text: 'The library appears as soon as the program behind this window answers.',
  },
  fault: {
    title: 'This window cannot be shown',
    text: 'Work that was started goes on without it. Load the window again; if it does not help, start Platter again.',
    again: 'Load the window again',
  },
  drop: {
    add: 'Drop to add to the library',
    addAndCheck: 'Drop to add to the library and check',
    plan: (command: string) => `${command}: drop to see the plan first`,
    takesOne: (command: string) => `${command} takes one image at a time`,
    noImages: 'There are no disk images in it',
    notHere: 'A browser does not tell where dropped files are: use Open image or Add folder',
    added: (images: string) => `${images} added`,
  },
  firstRun: {
    title: 'See the truth about your disk images',
    text: 'Platter shows which images are healthy, what each one really takes on disk, and what is inside. Looking only reads. An image is changed when you say so, after you have seen the plan, and nothing leaves this computer.',
    addFolder: 'Add a folder',
    addFolderText: 'Every image in it, kept up to date',
    openImage: 'Open one image',
    openImageText: 'qcow2 and raw; other formats are only listed',
    drop: 'Or drop files and folders anywhere on this window',
  },
}
