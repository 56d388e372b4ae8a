package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// Checker compares exchanges with the contract.
type Checker struct {
	router  routers.Router
	options *openapi3filter.Options
}

// Load the contract, an OpenAPI document, and correct it where the real API is known to be different.
func Load(ctx context.Context, path string) (*Checker, error) {
	document, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	if err := correct(document); err != nil {
		return nil, fmt.Errorf("correct the contract: %w", err)
	}
	// An example in it does not fit its own schema.
	if err := document.Validate(ctx, openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("the corrected contract: %w", err)
	}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		return nil, fmt.Errorf("the contract's paths: %w", err)
	}
	uuid := openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122)
	return &Checker{router: router, options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		MultiError:         true,
		// Who reads an object and sends it back sends what is read-only too, and godo always sends a policy's duration.
		ExcludeReadOnlyValidations: true,
		IncludeResponseStatus:      true,
		SkipSettingDefaults:        true,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{
			openapi3.EnableFormatValidation(), openapi3.DisableSchemaErrorDetails(),
			openapi3.WithStringFormatValidator("uuid", uuid),
			openapi3.WithStringFormatValidator("cidr", openapi3.NewRegexpFormatValidator(`^[0-9]+(\.[0-9]+){3}/[0-9]+$`)),
		},
	}}, nil
}

// Check an exchange, as Options.Check of the fake. A request that was refused may be wrong; what was accepted may not, and no
// answer may.
func (c *Checker) Check(e nodepooltest.Exchange) error {
	request := e.Request.Clone(e.Request.Context())
	request.Body = io.NopCloser(bytes.NewReader(lowerTaints(e.RequestBody)))
	request.GetBody = nil // it would give the body as it was sent
	if len(e.RequestBody) == 0 {
		request.Body = http.NoBody
	}
	route, parameters, err := c.router.FindRoute(request)
	if err != nil {
		if e.Status == http.StatusNotFound {
			return nil // nor does the fake know it
		}
		return fmt.Errorf("the contract has no such path: %w", err)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: parameters, Route: route, Options: c.options,
	}
	var requestErr error
	if e.Status < http.StatusBadRequest {
		requestErr = openapi3filter.ValidateRequest(request.Context(), input)
	}
	return errors.Join(requestErr, c.checkResponse(input, e))
}

func (c *Checker) checkResponse(input *openapi3filter.RequestValidationInput, e nodepooltest.Exchange) error {
	if e.Status < http.StatusBadRequest && input.Route.Operation.Responses.Status(e.Status) == nil {
		return fmt.Errorf("the contract has no status %d here, and its default is for errors", e.Status)
	}
	response := (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: e.Status, Header: e.Header, Options: c.options,
	}).SetBodyBytes(e.ResponseBody)
	if e.Status == http.StatusOK && e.Header.Get("Content-Type") == "application/yaml" {
		return nil // a kubeconfig, of which the contract says no more
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), response)
}

// lowerTaints writes the fields of taints as the contract does. godo sends Key, Value and Effect, which both the real API and
// the fake understand; to the contract they would be three fields that it does not know, and any effect would do.
func lowerTaints(body []byte) []byte {
	var content any
	if json.Unmarshal(body, &content) != nil {
		return body // the fake has refused it
	}
	lower(content, false)
	text, err := json.Marshal(content)
	if err != nil {
		return body
	}
	return text
}

func lower(content any, taint bool) {
	switch content := content.(type) {
	case []any:
		for _, one := range content {
			lower(one, taint)
		}
	case map[string]any:
		for key, value := range content {
			if name := strings.ToLower(key); taint && name != key {
				delete(content, key)
				content[name] = value
			}
			lower(value, key == "taints")
		}
	}
}
