/** The engine's version, recorded with every job; the package's own (a test compares them). */
export const version = '0.1.0'
