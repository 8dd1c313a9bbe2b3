#include "mupdf.h"

// Static for the reasons that words.c gives.
static struct {
	float area; // of the page, in square points
	float scale; // squared: there is no root here without another library
} finest;

static void note_image(const fz_image *image, fz_matrix m) {
	float across = m.a * m.a + m.b * m.b, down = m.c * m.c + m.d * m.d;
	if (!(across > 0 && down > 0) || across * down < finest.area * finest.area / 4)
		return;
	float x = (float)image->w * image->w / across, y = (float)image->h * image->h / down;
	float scale = x < y ? x : y;
	if (scale > finest.scale)
		finest.scale = scale;
}

static void see_image(fz_context *ctx, fz_device *device, fz_image *image, fz_matrix m, float alpha, fz_color_params params) {
	note_image(image, m);
}

static void see_image_mask(fz_context *ctx, fz_device *device, fz_image *image, fz_matrix m, fz_colorspace *cs, const float *color, float alpha, fz_color_params params) {
	note_image(image, m);
}

float ocr_image_scale(fz_context *ctx, fz_page *page, fz_rect bounds) {
	fz_device *volatile device = fz_new_device_of_size(ctx, WHOLE_DEVICE);
	fz_cookie cookie = {0};
	finest.area = (bounds.x1 - bounds.x0) * (bounds.y1 - bounds.y0);
	finest.scale = 0;
	device->fill_image = see_image;
	device->fill_image_mask = see_image_mask;
	TRY(ctx) {
		fz_run_page(ctx, page, device, (fz_matrix){1, 0, 0, 1, 0, 0}, &cookie);
		fz_close_device(ctx, device);
	} ALWAYS(ctx) {
		fz_drop_device(ctx, device);
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		return 0;
	}
	return finest.scale;
}
