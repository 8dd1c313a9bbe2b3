#include "mupdf.h"

#include <dlfcn.h>

#define DEFINE(result, name, parameters) result(*name) parameters;
FUNCTIONS(DEFINE)
const fz_document_handler *pdf_handler;
const fz_color_params *default_color_params;

const char *ocr_open_library(const char *path) {
	// All symbols now: nothing may be looked up later, in the sandbox.
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return dlerror();
#define FIND(result, name, parameters) \
	if (!(name = (result(*) parameters)dlsym(library, #name))) \
		return dlerror();
	FUNCTIONS(FIND)
	pdf_handler = dlsym(library, "pdf_document_handler");
	default_color_params = dlsym(library, "fz_default_color_params");
	return pdf_handler && default_color_params ? NULL : dlerror();
}
