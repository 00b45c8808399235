import type { WorkspaceRequest } from '../../src/core/ports.ts'

/** Ways to make a workspace that work in a plain temporary directory of this machine. */
export const methodsHere: WorkspaceRequest['method'][] = process.getuid?.() === 0 ? ['copy', 'overlay'] : ['copy']
