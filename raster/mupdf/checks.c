#include "mupdf.h"

static int is_off(const char *name) { return !name[0] || !strcmp(name, "Off"); }

// is_on goes by what is drawn, and by the field's value where a program set that and
// left the drawing as it was. The buttons of a group share one value, and may share the
// name that they have when they are on.
static int is_on(fz_context *ctx, pdf_obj *widget, int radio) {
	pdf_obj *drawn = pdf_dict_gets(ctx, widget, "AS");
	if (!is_off(pdf_to_name(ctx, drawn)))
		return 1;
	if (radio && drawn)
		return 0;
	const char *value = pdf_to_name(ctx, pdf_dict_gets_inheritable(ctx, widget, "V"));
	return !is_off(value) && pdf_dict_gets(ctx, pdf_dict_getp(ctx, widget, "AP/N"), value);
}

int ocr_form_checks(fz_context *ctx, fz_page *page, form_check *checks, int most) {
	int n = 0;
	pdf_page *pdf = pdf_page_from_fz_page(ctx, page);
	if (!pdf)
		return 0;
	for (pdf_annot *w = pdf_first_widget(ctx, pdf); w && n < most; w = pdf_next_widget(ctx, w)) {
		int type = pdf_widget_type(ctx, w);
		if (type != PDF_WIDGET_TYPE_CHECKBOX && type != PDF_WIDGET_TYPE_RADIOBUTTON)
			continue;
		if (pdf_annot_flags(ctx, w) & (PDF_ANNOT_IS_HIDDEN | PDF_ANNOT_IS_NO_VIEW))
			continue;
		int radio = type == PDF_WIDGET_TYPE_RADIOBUTTON;
		checks[n++] = (form_check){pdf_bound_widget(ctx, w), radio, is_on(ctx, pdf_annot_obj(ctx, w), radio)};
	}
	return n;
}
