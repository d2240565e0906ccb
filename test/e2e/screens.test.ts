import { wordsSuite } from './words-suite.ts'

wordsSuite()
