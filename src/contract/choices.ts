/** Words a user chooses from, or may not use, that commands, routes and the core share. */
export { strategies } from '../core/deploy/model.ts'
export { reservedMachineNames } from '../core/machines/model.ts'
export { providers } from '../core/webhooks/model.ts'
