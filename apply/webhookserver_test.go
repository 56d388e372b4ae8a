package apply_test

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// serveWebhook has the API server send everything that is created and updated in the place's namespace through change. It
// counts how often that changed anything.
func serveWebhook(t *testing.T, p place, change func(object map[string]any)) *atomic.Int64 {
	t.Helper()
	var called atomic.Bool
	changed := &atomic.Int64{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called.Store(true)
		answer, err := review(r, change, changed)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	// The server's certificate is its own authority.
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: p.namespace},
		Webhooks: []admissionregistrationv1.MutatingWebhook{{
			Name:                    "change.example.com",
			ClientConfig:            admissionregistrationv1.WebhookClientConfig{URL: &server.URL, CABundle: ca},
			AdmissionReviewVersions: []string{"v1"},
			SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
			FailurePolicy:           new(admissionregistrationv1.Fail),
			NamespaceSelector: &metav1.LabelSelector{
				MatchLabels: map[string]string{corev1.LabelMetadataName: p.namespace},
			},
			Rules: []admissionregistrationv1.RuleWithOperations{{
				Operations: []admissionregistrationv1.OperationType{
					admissionregistrationv1.Create, admissionregistrationv1.Update,
				},
				Rule: admissionregistrationv1.Rule{
					APIGroups: []string{"", "apps"}, APIVersions: []string{"v1"},
					Resources: []string{
						"configmaps", "secrets", "serviceaccounts", "services", "deployments", "statefulsets", "daemonsets",
					},
				},
			}},
		}},
	}
	require.NoError(t, p.Client.Create(t.Context(), configuration))
	t.Cleanup(func() { // before the server closes; the test's context has ended by then
		require.NoError(t, p.Client.Delete(context.Background(), configuration))
	})
	// The API server learns of it by watching.
	require.Eventually(t, func() bool {
		probe := configMap(p.namespace, "probe", "a")
		require.NoError(t, p.Client.Create(t.Context(), probe, client.DryRunAll))
		return called.Load()
	}, time.Minute, 100*time.Millisecond)
	changed.Store(0)
	return changed
}

// review answers with a patch for each top-level field that change has changed.
func review(r *http.Request, change func(object map[string]any), changed *atomic.Int64) ([]byte, error) {
	var asked admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}
	var before, after map[string]any
	if err := utiljson.Unmarshal(asked.Request.Object.Raw, &before); err != nil {
		return nil, err
	}
	if err := utiljson.Unmarshal(asked.Request.Object.Raw, &after); err != nil {
		return nil, err
	}
	change(after)
	patch := []map[string]any{}
	for key, value := range after {
		if !jsonEqual(before[key], value) {
			patch = append(patch, map[string]any{"op": "add", "path": "/" + key, "value": value})
		}
	}
	changed.Add(int64(len(patch)))
	text, err := json.Marshal(patch)
	if err != nil {
		return nil, err
	}
	return json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: asked.TypeMeta,
		Response: &admissionv1.AdmissionResponse{
			UID: asked.Request.UID, Allowed: true, Patch: text, PatchType: new(admissionv1.PatchTypeJSONPatch),
		},
	})
}

// withNamed adds an item to a list, unless one of its name is there.
func withNamed(list []any, item map[string]any) []any {
	if slices.ContainsFunc(list, func(one any) bool { return one.(map[string]any)["name"] == item["name"] }) {
		return list
	}
	return append(list, item)
}

func sortNamed(list []any) {
	slices.SortStableFunc(list, func(a, b any) int {
		one, _ := a.(map[string]any)["name"].(string)
		other, _ := b.(map[string]any)["name"].(string)
		return cmp.Compare(other, one)
	})
}
