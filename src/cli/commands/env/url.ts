import { defineCommand, envArgument, projectFlag } from '../../command.ts'
import { serviceAddress, serviceArgument } from './service-address.ts'

/** `berth url` */
export const urlCommand = defineCommand<{ project?: string }, [string, string?]>({
  name: 'env.url',
  brief: 'Print the URL of a service',
  details:
    'By name where this machine looks the names up (berth setup), else through the proxy, or by address where the service does not speak HTTP.',
  examples: [
    ['berth url feat-x', 'the ingress service'],
    ['psql "$(berth url feat-x db)"', 'another one'],
  ],
  flags: { project: projectFlag },
  arguments: [envArgument, serviceArgument],
  async run(context, flags, name, service) {
    const found = await serviceAddress(context, flags, name, service)
    return { data: found, text: found.url }
  },
})
