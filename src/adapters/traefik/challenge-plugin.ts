import type { IngressFile } from '../../core/ports/ingress.ts'

/** Name of the plugin in Traefik's configuration. */
export const pluginName = 'berth'
/** Its Go module: where it lies below `plugins-local/src`, which Traefik looks for in its working directory. */
export const pluginModule = 'berth/answers'

/**
 * Traefik has nothing that answers with a text, and a CA wants one. It runs middlewares of the user's from source
 * (https://doc.traefik.io/traefik/plugins/): so no second container, and no port of ours that containers must reach.
 */
export const pluginFiles: readonly IngressFile[] = [
  {
    path: `plugins-local/src/${pluginModule}/.traefik.yml`,
    text: `displayName: Answers\ntype: middleware\nimport: ${pluginModule}\nsummary: Answers paths with texts.\ntestData: {}\n`,
  },
  {
    path: `plugins-local/src/${pluginModule}/answers.go`,
    text: `// Package answers answers paths with texts.
package answers

import (
	"context"
	"net/http"
)

// Config holds the text for each path.
type Config struct{ Answers map[string]string }

// CreateConfig makes an empty one.
func CreateConfig() *Config { return &Config{} }

// New makes the middleware; nothing behind it is asked.
func New(_ context.Context, _ http.Handler, config *Config, _ string) (http.Handler, error) {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		answer, found := config.Answers[request.URL.Path]
		if !found {
			http.NotFound(response, request)
			return
		}
		response.Write([]byte(answer))
	}), nil
}
`,
  },
]
