package apply

import (
	"encoding/base64"
	"fmt"
)

// plainSecret moves stringData to data. A key that is later removed from stringData would stay in data for ever. Its
// errors name keys and never a value.
func plainSecret(body map[string]any) error {
	data := map[string]any{}
	for _, name := range []string{"data", "stringData"} {
		values, ok := body[name].(map[string]any)
		if !ok && body[name] != nil {
			return fmt.Errorf("%s: must be keys with values", name)
		}
		for key, value := range values {
			text, ok := value.(string)
			if !ok && value != nil { // which the server takes for empty
				return fmt.Errorf("%s[%s]: must be text: put it in quotes", name, key)
			}
			if name == "stringData" {
				text = base64.StdEncoding.EncodeToString([]byte(text))
			}
			data[key] = text
		}
	}
	delete(body, "stringData")
	delete(body, "data")
	if len(data) > 0 { // the server keeps none that is empty
		body["data"] = data
	}
	return nil
}
