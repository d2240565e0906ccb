/** Bytes of a file that are going to be somewhere else in it, too. Host offsets. */
export interface Copy {
  readonly from: number
  readonly to: number
  readonly length: number
}

/** Sources that are read at once, neighbours or nearly so. */
export interface CopySpan {
  readonly start: number
  end: number
  readonly copies: Copy[]
}

/** What goes through one buffer. */
export interface CopyGroup {
  readonly spans: CopySpan[]
  /** Of all spans together. */
  bytes: number
}

/**
 * What nobody asked for is read along with its neighbours up to here. Not more: what is a hole of the file
 * would get memory of the system's cache, which costs more than another read.
 */
const smallGap = 16 * 1024

/** Groups of at most `most` bytes of copies that come in the order of their sources. */
export function* copyGroups(copies: readonly Copy[], most: number): Generator<CopyGroup> {
  let group: CopyGroup = { spans: [], bytes: 0 }
  for (const copy of pieces(copies, most)) {
    const end = copy.from + copy.length
    const last = group.spans.at(-1)
    const joined = last !== undefined && copy.from <= last.end + smallGap ? last : undefined
    const added = joined === undefined ? copy.length : Math.max(0, end - joined.end)
    if (last !== undefined && group.bytes + added > most) {
      yield group
      group = { spans: [{ start: copy.from, end, copies: [copy] }], bytes: copy.length }
      continue
    }
    group.bytes += added
    if (joined === undefined) group.spans.push({ start: copy.from, end, copies: [copy] })
    else {
      joined.end = Math.max(joined.end, end)
      joined.copies.push(copy)
    }
  }
  if (group.spans.length > 0) yield group
}

function* pieces(copies: readonly Copy[], most: number): Generator<Copy> {
  for (const { from, to, length } of copies) {
    for (let done = 0; done < length; done += most) {
      yield { from: from + done, to: to + done, length: Math.min(most, length - done) }
    }
  }
}
