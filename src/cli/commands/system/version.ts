import { version } from '../../../lib/version.ts'
import { defineCommand } from '../../command.ts'

/** `berth version` */
export const versionCommand = defineCommand({
  name: 'version',
  brief: 'The version of this berth',
  async run() {
    return { data: { version }, text: version }
  },
})
