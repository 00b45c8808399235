import { defineCommand, envArgument, projectFlag, switchFlag } from '../../command.ts'
import { openInBrowser } from '../../open-in-browser.ts'
import { serviceAddress, serviceArgument } from './service-address.ts'

/** `berth open` */
export const openCommand = defineCommand<{ project?: string; print: boolean }, [string, string?]>({
  name: 'env.open',
  brief: 'Open a service in the browser',
  flags: { project: projectFlag, print: switchFlag('print the URL instead') },
  arguments: [envArgument, serviceArgument],
  async run(context, flags, name, service) {
    const found = await serviceAddress(context, flags, name, service)
    if (!flags.print) await openInBrowser(context, found.url)
    return { data: { ...found, opened: !flags.print }, text: flags.print ? found.url : `${found.url} is open` }
  },
})
