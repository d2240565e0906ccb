/**
 * Arithmetic on offsets and sizes that stays right past 2^32, where `|`, `&` and `<<` do not.
 * Every argument is a non-negative safe integer; `unit` is a positive one.
 */
export const alignDown = (value: number, unit: number): number => value - (value % unit)

export const alignUp = (value: number, unit: number): number => {
  const rest = value % unit
  return rest === 0 ? value : value + (unit - rest)
}

export const ceilDiv = (value: number, unit: number): number => Math.ceil(value / unit)

export const isAligned = (value: number, unit: number): boolean => value % unit === 0

/** 2^exponent as a number, exact up to 2^53. */
export const pow2 = (exponent: number): number => 2 ** exponent
