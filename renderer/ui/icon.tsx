import './icon.css'

/** Drawn on a 16 px grid with 1.5 px strokes; a name says what is drawn or meant, one drawing each. */
const drawings = {
  disk: 'M3 4.5C3 3.4 5.2 2.5 8 2.5s5 .9 5 2-2.2 2-5 2-5-.9-5-2zM3 4.5v7c0 1.1 2.2 2 5 2s5-.9 5-2v-7M3 8c0 1.1 2.2 2 5 2s5-.9 5-2',
  disks: 'M2.5 3.5h11v3.5h-11zM2.5 9h11v3.5h-11zM5 5.25h.01M5 10.75h.01',
  care: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2v.01',
  use: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  missing:
    'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM6.3 6.4a1.7 1.7 0 1 1 2.6 1.5c-.6.3-.9.7-.9 1.3M8 11.2v.01',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5.2V8l2 1.4',
  folder:
    'M2 4.2c0-.7.5-1.2 1.2-1.2h2.6l1.5 1.7h5.5c.7 0 1.2.5 1.2 1.2v5.9c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2z',
  'folder-add':
    'M2 4.2c0-.7.5-1.2 1.2-1.2h2.6l1.5 1.7h5.5c.7 0 1.2.5 1.2 1.2v5.9c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2zM8 7v4M6 9h4',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  plus: 'M8 3.5v9M3.5 8h9',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2 13.5 13.5',
  check: 'M3.2 8.5 6.5 11.8 12.8 4.8',
  'check-circle': 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM5.4 8.2l1.8 1.8 3.4-3.8',
  'cross-circle': 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM6 6l4 4M10 6l-4 4',
  'dash-circle': 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM5.5 8h5',
  'dot-circle': 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.5v3.3M8 5.2v.01',
  compact: 'M2.5 8h11M8 1.5v4.3M5.8 3.8 8 6l2.2-2.2M8 14.5v-4.3M5.8 12.2 8 10l2.2 2.2',
  resize: 'M2 8h12M4.6 5.2 1.8 8l2.8 2.8M11.4 5.2 14.2 8l-2.8 2.8',
  orphan:
    'M3 4.5C3 3.4 5.2 2.5 8 2.5s5 .9 5 2-2.2 2-5 2-5-.9-5-2zM3 4.5v7c0 1.1 2.2 2 5 2M13 4.5V7.5M10.2 10.2l3.6 3.6M13.8 10.2l-3.6 3.6',
  drop: 'M8 2.5c2.4 2.8 3.7 4.9 3.7 6.8a3.7 3.7 0 0 1-7.4 0c0-1.9 1.3-4 3.7-6.8z',
  wrench:
    'M13 5.2a3.2 3.2 0 0 1-4.3 3l-4.5 4.5a1.3 1.3 0 0 1-1.9-1.9l4.5-4.5a3.2 3.2 0 0 1 4-4.1L8.9 4.1l.4 2.3 2.3.4 1.3-1.9z',
  link: 'M6.7 9.3 9.3 6.7M7.2 4.7l1.5-1.5a2.9 2.9 0 0 1 4.1 4.1l-1.5 1.5M8.8 11.3l-1.5 1.5a2.9 2.9 0 0 1-4.1-4.1l1.5-1.5',
  hash: 'M6.3 2.8 5 13.2M11 2.8 9.7 13.2M3 6h10.2M2.8 10H13',
  map: 'M2.5 2.5h4.2v4.2H2.5zM9.3 2.5h4.2v4.2H9.3zM2.5 9.3h4.2v4.2H2.5zM9.3 9.3h4.2v4.2H9.3z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  open: 'M9 2.5h4.5V7M13.3 2.7 7.5 8.5M11.5 9v4.5h-9v-9H7',
  command: 'M2.5 3.5h11v9h-11zM5 6.5 7 8.2 5 10M8.5 10.2H11',
  keyboard: 'M1.8 4h12.4v8H1.8zM4.3 6.6h.01M7 6.6h.01M9.6 6.6h.01M12 6.6h.01M5.2 9.5h5.6',
  settings:
    'M2.5 5H8M12 5h1.5M10 3.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM2.5 11H4M8 11h5.5M6 9.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  refresh: 'M13 4v3.2H9.8M12.7 7A5 5 0 1 0 13 9.2',
  trash: 'M3 4.5h10M6.2 4.5V3h3.6v1.5M4.3 4.5l.6 8.7h6.2l.6-8.7',
  remove: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3M6 9.5h4',
  inspector: 'M2.5 3h11v10h-11zM9.5 3v10',
  drawer: 'M2.5 3h11v10h-11zM2.5 9.5h11',
  sidebar: 'M2.5 3h11v10h-11zM6 3v10',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  density: 'M3 4h10M3 6.7h10M3 9.3h10M3 12h10',
  filter: 'M2.5 3.5h11L9.5 8.3v4.2l-3 1V8.3z',
  more: 'M4 8h.01M8 8h.01M12 8h.01',
  'chevron-down': 'M4.5 6.3 8 9.8l3.5-3.5',
  'chevron-right': 'M6.3 4.5 9.8 8l-3.5 3.5',
  'chevron-up': 'M4.5 9.8 8 6.3l3.5 3.5',
  'arrow-up': 'M8 13V3.5M4 7.2 8 3.2l4 4',
  'arrow-down': 'M8 3v9.5M4 8.8l4 4 4-4',
  activity: 'M2 8.5h2.8L6.5 4l3 8.5 1.7-4H14',
  history: 'M2.8 8a5.2 5.2 0 1 0 1.6-3.8L2.8 5.7M2.8 2.8v2.9h2.9M8 5.4V8l1.8 1.2',
  undo: 'M6.2 3.6 2.9 6.9l3.3 3.3M3.2 6.9h6.4a3.3 3.3 0 0 1 0 6.6H6.5',
  edit: 'M10.9 3.1l2 2-7.2 7.2-2.6.6.6-2.6zM9.6 4.4l2 2',
  move: 'M2 12V4.2c0-.7.5-1.2 1.2-1.2h2.6l1.5 1.7h5.5c.7 0 1.2.5 1.2 1.2V7M5.5 10.5h8M10.8 7.8l2.7 2.7-2.7 2.7',
  branch:
    'M4.5 2.8a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2zM4.5 10a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2zM11.5 4.3a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2zM4.5 6v4M11.5 7.5c0 2-2.6 1.6-5.5 3.1',
  snapshot: 'M2.5 5h2.7l1-1.7h3.6l1 1.7h2.7v8h-11zM8 6.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z',
  chain: 'M3 2.5h10v3H3zM3 10.5h10v3H3zM8 5.5v5M6.3 8.8 8 10.5l1.7-1.7',
  details: 'M3 4h10M3 8h10M3 12h6',
  overview: 'M2.5 2.5h11v11h-11zM5 10.5v-3M8 10.5v-5M11 10.5v-2',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  key: 'M5.5 7.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.7 8.3l5-5M10.5 5.5l2 2',
  stop: 'M4 4h8v8H4z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5 12.5 8 5 12.5z',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10',
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5v7h8v-7',
  help: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM6.3 6.4a1.7 1.7 0 1 1 2.6 1.5c-.6.3-.9.7-.9 1.3M8 11.2v.01',
  eye: 'M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  bell: 'M4 11V7.5a4 4 0 0 1 8 0V11l1 1H3zM6.8 14h2.4',
} as const

export type IconName = keyof typeof drawings

export interface IconProps {
  readonly name: IconName
  /** Pixels; 16 unless told. */
  readonly size?: number
}

/** Decoration beside words; what stands alone is named by its button. */
export function Icon({ name, size = 16 }: IconProps) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <path d={drawings[name]} />
    </svg>
  )
}
