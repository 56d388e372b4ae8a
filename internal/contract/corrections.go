package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	schemaPool    = "kubernetes_node_pool_kubernetes_node_pool"
	schemaCluster = "kubernetes_cluster"
)

// correct the document where the real API, or what godo and other clients send to it, is known to differ, and make it
// stricter where it would let anything pass.
func correct(document *openapi3.T) error {
	document.Servers = openapi3.Servers{{URL: "/"}}
	schemas := document.Components.Schemas
	for _, name := range []string{
		schemaPool, schemaPool + "_base", schemaPool + "_update",
		schemaCluster, schemaCluster + "_read", schemaCluster + "_update",
	} {
		if schemas[name] == nil || schemas[name].Value == nil {
			return fmt.Errorf("there is no schema %s: the contract has changed", name)
		}
	}
	value := func(name string) *openapi3.Schema { return schemas[name].Value }

	// The autoscaler sends {"count":3}, terraform {"tags":[…]}: PUT merges.
	value(schemaPool + "_update").Required = nil
	value(schemaCluster + "_update").Required = nil
	// Clients leave the count out for pools that are scaled, and godo also for 0.
	value(schemaPool).Required = []string{"name", "size"}
	// The autoscaler spells it least-waste, and so does DigitalOcean's own client.
	autoscaler := value("kubernetes_cluster_autoscaler_configuration")
	expanders := autoscaler.Properties["expanders"].Value.Items.Value
	expanders.Enum = append(expanders.Enum, "least-waste")
	// godo writes null for what is not given, and the description tells null from an empty list.
	for _, setting := range autoscaler.Properties {
		setting.Value.Nullable = true
	}

	// Fields that godo knows and the contract does not.
	value(schemaPool + "_base").Properties["gpu_partition_mode"] = openapi3.NewStringSchema().NewRef()
	for _, name := range []string{schemaCluster, schemaCluster + "_read", schemaCluster + "_update"} {
		value(name).Properties["gpu_operator_ready"] = openapi3.NewBoolSchema().NewRef()
		for _, plugin := range []string{"nvidia_gpu_dra_driver", "amd_gpu_dra_driver", "nfs_csi_plugin"} {
			value(name).Properties[plugin] = openapi3.NewObjectSchema().WithProperty("enabled", openapi3.NewBoolSchema()).NewRef()
		}
	}
	addTemplate(document)
	flatten(value(schemaPool))
	flatten(value(schemaPool + "_update"))
	closeSchemas(schemas)
	requireAnswers(document)
	return nil
}

// flatten a schema that consists of others, so that it can be closed.
func flatten(s *openapi3.Schema) {
	s.Properties = maps.Clone(s.Properties)
	if s.Properties == nil {
		s.Properties = openapi3.Schemas{}
	}
	for _, part := range s.AllOf {
		maps.Copy(s.Properties, part.Value.Properties)
	}
	s.AllOf = nil
}

// closeSchemas has a misspelled field noticed. The contract would let every field pass that it does not know.
func closeSchemas(schemas openapi3.Schemas) {
	parts := []string{schemaPool + "_base", schemaPool + "_size"}
	for name, one := range schemas {
		whole := len(one.Value.Properties) > 0 && len(one.Value.AllOf) == 0 && !slices.Contains(parts, name)
		if whole && strings.HasPrefix(name, "kubernetes_") {
			one.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		}
	}
}

// requireAnswers has an empty answer noticed: the contract names what is in an answer, but not that it must be.
func requireAnswers(document *openapi3.T) {
	for name, response := range document.Components.Responses {
		content := response.Value.Content.Get("application/json")
		if !strings.HasPrefix(name, "kubernetes_") || content == nil || content.Schema == nil {
			continue
		}
		schema := content.Schema.Value
		requireProperties(schema)
		for _, part := range schema.AllOf {
			if part.Ref == "" {
				requireProperties(part.Value)
			}
		}
	}
}

func requireProperties(s *openapi3.Schema) {
	s.Required = slices.Sorted(maps.Keys(s.Properties))
}

// addTemplate adds the path that only godo knows.
func addTemplate(document *openapi3.T) {
	closed := func(s *openapi3.Schema) *openapi3.Schema {
		s.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		s.Required = slices.Sorted(maps.Keys(s.Properties))
		return s
	}
	resources := closed(openapi3.NewObjectSchema().
		WithProperty("cpu", openapi3.NewIntegerSchema()).WithProperty("cpu_milli_cores", openapi3.NewIntegerSchema()).
		WithProperty("memory", openapi3.NewStringSchema()).WithProperty("pods", openapi3.NewIntegerSchema()))
	template := closed(openapi3.NewObjectSchema().
		WithProperty("cluster_uuid", openapi3.NewUUIDSchema()).WithProperty("name", openapi3.NewStringSchema()).
		WithProperty("slug", openapi3.NewStringSchema()).
		WithProperty("labels", openapi3.NewObjectSchema().WithAdditionalProperties(openapi3.NewStringSchema())).
		WithProperty("taints", openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema())).
		WithProperty("capacity", resources).WithProperty("allocatable", resources))
	answer := closed(openapi3.NewObjectSchema().WithProperty("template", template))
	operation := openapi3.NewOperation()
	for _, name := range []string{"cluster_id", "name"} {
		operation.AddParameter(openapi3.NewPathParameter(name).WithSchema(openapi3.NewStringSchema()))
	}
	operation.AddResponse(200, openapi3.NewResponse().WithDescription("A template.").WithJSONSchema(answer)) //nolint:mnd // OK
	operation.Responses.Set("default", &openapi3.ResponseRef{Value: document.Components.Responses["unexpected_error"].Value})
	document.AddOperation("/v2/kubernetes/clusters/{cluster_id}/node_pools_template/{name}", "GET", operation)
}
