import type { Argument } from '../../command.ts'

/** A webhook that exists. */
export const webhookArgument: Argument = { name: 'webhook', brief: 'its id, or its app where that has one alone' }
