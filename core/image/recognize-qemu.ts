import { hasText, numberAt, type Recognizer } from './recognition.ts'

/** QEMU's own formats. qcow2: docs/interop/qcow2; qcow1: block/qcow.c; QED: docs/interop/qed_spec. */
export const recognizeQcow: Recognizer = ({ first }) => {
  if (!hasText(first, 0, 'QFI\u{fb}')) return undefined
  const version = numberAt(first, 4, 'u32be')
  const virtualSize = numberAt(first, 24, 'u64be')
  if (version === 1) return { format: 'qcow1', label: 'qcow1', virtualSize }
  const label = version === undefined ? 'qcow2' : `qcow2 v${version}`
  return { format: 'qcow2', label, virtualSize }
}

export const recognizeQed: Recognizer = ({ first }) =>
  hasText(first, 0, 'QED\0')
    ? { format: 'qed', label: 'QED', virtualSize: numberAt(first, 48, 'u64le') }
    : undefined
