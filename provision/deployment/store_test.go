package deployment_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ocr-gateway/provision/deployment"
)

func TestStoreKeepsDeploymentsPrivateAndWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deployments")
	store, err := deployment.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	later := &deployment.Deployment{Name: "ocr-gateway-b", Created: time.Unix(200, 0).UTC(), Options: deployment.DefaultOptions(), PodID: "p2"}
	sooner := &deployment.Deployment{Name: "ocr-gateway-a", Created: time.Unix(100, 0).UTC(), Options: deployment.DefaultOptions()}
	for _, d := range []*deployment.Deployment{later, sooner} {
		if err := store.Save(d); err != nil {
			t.Fatal(err)
		}
	}
	later.PodID = "p3"
	if err := store.Save(later); err != nil {
		t.Fatal(err)
	}
	all, err := store.Known()
	if err != nil || len(all) != 2 || all[0].Name != sooner.Name || all[1].PodID != "p3" {
		t.Fatalf("got %+v, %v", all, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", entry.Name(), info.Mode(), err)
		}
	}
	if err := store.Drop(later); err != nil {
		t.Fatal(err)
	}
	if err := store.Drop(later); err != nil {
		t.Errorf("dropped twice: %v", err)
	}
}

func TestStoreSaysWhichFileIsDamaged(t *testing.T) {
	dir := t.TempDir()
	store, err := deployment.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ocr-gateway-x.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Known(); err == nil {
		t.Error("a damaged file, behind which a pod may be billed, was passed over")
	}
}

func TestOneRunWorksOnADeployment(t *testing.T) {
	store, err := deployment.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := store.Lock("ocr-gateway-x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Lock("ocr-gateway-x"); !errors.Is(err, deployment.ErrBusy) {
		t.Errorf("second lock: %v", err)
	}
	unlock()
	unlock, err = store.Lock("ocr-gateway-x")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
