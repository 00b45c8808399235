import type { Output } from '../../../contract/routes.ts'
import type { Argument } from '../../command.ts'

export type ContextView = Output<'context.show'>['context']

/** The name of a context that exists. */
export const contextArgument: Argument = { name: 'context', brief: 'as berth context ls shows it', complete: 'context' }
