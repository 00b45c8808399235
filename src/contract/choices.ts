/** Words a user chooses from that commands, routes and the core share. */
export { strategies } from '../core/deploy/model.ts'
export { providers } from '../core/webhooks/model.ts'
