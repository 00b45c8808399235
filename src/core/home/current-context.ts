import { join } from 'node:path'

/** Holds the name of the context that is meant where none is named; no file: `default`. */
export const currentContextFile = (home: string): string => join(home, 'context')
