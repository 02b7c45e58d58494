/* Printed from the op table by tools/print_rows.py; edit the rows, not this file.

   cr_NAME computes the value of an op, cr_NAME_K its partial in operand K from the result and
   the operands. cr_rows is the table of all of them, by code. */
#ifndef CHAINRULE_KERNELS_H
#define CHAINRULE_KERNELS_H
#include <math.h>
#include <stddef.h>

/* Kernels that are SciPy's; set when the module is imported. */
static double (*cr_library)(int kernel, double x, double y, double z);

#define CR_ROW_COUNT 119
#define CR_FINGERPRINT "94209ec9f5f54fc9"

enum { CR_LEAF = 0, CR_CLOSURE = 1, CR_EQUAL = 2, CR_NOT_EQUAL = 3, CR_LESS = 4, CR_LESS_EQUAL = 5, CR_GREATER = 6, CR_GREATER_EQUAL = 7, CR_LOGICAL_AND = 8, CR_LOGICAL_OR = 9, CR_LOGICAL_NOT = 10, CR_ISNAN = 11, CR_ISINF = 12, CR_ISFINITE = 13, CR_MAXIMUM = 14, CR_MINIMUM = 15, CR_FMAX = 16, CR_FMIN = 17, CR_CLIP = 18, CR_WHERE = 19, CR_RELU = 20, CR_FLOOR = 21, CR_CEIL = 22, CR_TRUNC = 23, CR_RINT = 24, CR_ROUND = 25, CR_ADD = 26, CR_SUBTRACT = 27, CR_MULTIPLY = 28, CR_DIVIDE = 29, CR_NEGATIVE = 30, CR_POSITIVE = 31, CR_RECIPROCAL = 32, CR_SQUARE = 33, CR_SQRT = 34, CR_CBRT = 35, CR_HYPOT = 36, CR_POWER = 37, CR_FLOOR_DIVIDE = 38, CR_REMAINDER = 39, CR_FMOD = 40, CR_COPYSIGN = 41, CR_ABS = 42, CR_SIGN = 43, CR_EXP = 44, CR_EXP2 = 45, CR_EXPM1 = 46, CR_LOG = 47, CR_LOG2 = 48, CR_LOG10 = 49, CR_LOG1P = 50, CR_SIGMOID = 51, CR_LOGADDEXP = 52, CR_LOGADDEXP2 = 53, CR_SIN = 54, CR_COS = 55, CR_TAN = 56, CR_ARCSIN = 57, CR_ARCCOS = 58, CR_ARCTAN = 59, CR_ARCTAN2 = 60, CR_SINH = 61, CR_COSH = 62, CR_TANH = 63, CR_SECH_SQUARED = 64, CR_ARCSINH = 65, CR_ARCCOSH = 66, CR_ARCTANH = 67, CR_DEG2RAD = 68, CR_RAD2DEG = 69, CR_SINPI = 70, CR_COSPI = 71, CR_SINC = 72, CR_J0 = 73, CR_J1 = 74, CR_Y0 = 75, CR_Y1 = 76, CR_I0 = 77, CR_I1 = 78, CR_K0 = 79, CR_K1 = 80, CR_I0E = 81, CR_I1E = 82, CR_K0E = 83, CR_K1E = 84, CR_JV = 85, CR_YV = 86, CR_IV = 87, CR_KV = 88, CR_IVE = 89, CR_KVE = 90, CR_SOFTPLUS = 91, CR_SILU = 92, CR_GELU = 93, CR_ERF = 94, CR_ERFC = 95, CR_ERFINV = 96, CR_GAMMA = 97, CR_GAMMALN = 98, CR_DIGAMMA = 99, CR_POLYGAMMA = 100, CR_NDTR = 101, CR_LOG_NDTR = 102, CR_NDTRI = 103, CR_ERFCX = 104, CR_ERFCINV = 105, CR_DAWSN = 106, CR_EXPI = 107, CR_EXP1 = 108, CR_ELLIPK = 109, CR_ELLIPE = 110, CR_SPENCE = 111, CR_LOG_EXPIT = 112, CR_ENTR = 113, CR_BETALN = 114, CR_XLOGY = 115, CR_XLOG1PY = 116, CR_EXPN = 117, CR_GAMMAINC = 118, CR_GAMMAINCC = 119, CR_STDTR = 120 };

static inline double cr_equal(double x, double y);
static inline double cr_not_equal(double x, double y);
static inline double cr_less(double x, double y);
static inline double cr_less_equal(double x, double y);
static inline double cr_greater(double x, double y);
static inline double cr_greater_equal(double x, double y);
static inline double cr_logical_and(double x, double y);
static inline double cr_logical_or(double x, double y);
static inline double cr_logical_not(double x);
static inline double cr_isnan(double x);
static inline double cr_isinf(double x);
static inline double cr_isfinite(double x);
static inline double cr_maximum(double x, double y);
static inline double cr_minimum(double x, double y);
static inline double cr_fmax(double x, double y);
static inline double cr_fmin(double x, double y);
static inline double cr_clip(double x, double lower, double upper);
static inline double cr_where(double condition, double x, double y);
static inline double cr_relu(double x);
static inline double cr_floor(double x);
static inline double cr_ceil(double x);
static inline double cr_trunc(double x);
static inline double cr_rint(double x);
static inline double cr_round(double x, double decimals);
static inline double cr_add(double x, double y);
static inline double cr_subtract(double x, double y);
static inline double cr_multiply(double x, double y);
static inline double cr_divide(double x, double y);
static inline double cr_negative(double x);
static inline double cr_positive(double x);
static inline double cr_reciprocal(double x);
static inline double cr_square(double x);
static inline double cr_sqrt(double x);
static inline double cr_cbrt(double x);
static inline double cr_hypot(double x, double y);
static inline double cr_power(double x, double y);
static inline double cr_floor_divide(double x, double y);
static inline double cr_remainder(double x, double y);
static inline double cr_fmod(double x, double y);
static inline double cr_copysign(double x, double y);
static inline double cr_abs(double x);
static inline double cr_sign(double x);
static inline double cr_exp(double x);
static inline double cr_exp2(double x);
static inline double cr_expm1(double x);
static inline double cr_log(double x);
static inline double cr_log2(double x);
static inline double cr_log10(double x);
static inline double cr_log1p(double x);
static inline double cr_sigmoid(double x);
static inline double cr_logaddexp(double x, double y);
static inline double cr_logaddexp2(double x, double y);
static inline double cr_sin(double x);
static inline double cr_cos(double x);
static inline double cr_tan(double x);
static inline double cr_arcsin(double x);
static inline double cr_arccos(double x);
static inline double cr_arctan(double x);
static inline double cr_arctan2(double y, double x);
static inline double cr_sinh(double x);
static inline double cr_cosh(double x);
static inline double cr_tanh(double x);
static inline double cr_sech_squared(double x);
static inline double cr_arcsinh(double x);
static inline double cr_arccosh(double x);
static inline double cr_arctanh(double x);
static inline double cr_deg2rad(double x);
static inline double cr_rad2deg(double x);
static inline double cr_sinpi(double x);
static inline double cr_cospi(double x);
static inline double cr_sinc(double x);
static inline double cr_j0(double x);
static inline double cr_j1(double x);
static inline double cr_y0(double x);
static inline double cr_y1(double x);
static inline double cr_i0(double x);
static inline double cr_i1(double x);
static inline double cr_k0(double x);
static inline double cr_k1(double x);
static inline double cr_i0e(double x);
static inline double cr_i1e(double x);
static inline double cr_k0e(double x);
static inline double cr_k1e(double x);
static inline double cr_jv(double v, double x);
static inline double cr_yv(double v, double x);
static inline double cr_iv(double v, double x);
static inline double cr_kv(double v, double x);
static inline double cr_ive(double v, double x);
static inline double cr_kve(double v, double x);
static inline double cr_softplus(double x);
static inline double cr_silu(double x);
static inline double cr_gelu(double x);
static inline double cr_erf(double x);
static inline double cr_erfc(double x);
static inline double cr_erfinv(double x);
static inline double cr_gamma(double x);
static inline double cr_gammaln(double x);
static inline double cr_digamma(double x);
static inline double cr_polygamma(double n, double x);
static inline double cr_ndtr(double x);
static inline double cr_log_ndtr(double x);
static inline double cr_ndtri(double x);
static inline double cr_erfcx(double x);
static inline double cr_erfcinv(double x);
static inline double cr_dawsn(double x);
static inline double cr_expi(double x);
static inline double cr_exp1(double x);
static inline double cr_ellipk(double x);
static inline double cr_ellipe(double x);
static inline double cr_spence(double x);
static inline double cr_log_expit(double x);
static inline double cr_entr(double x);
static inline double cr_betaln(double a, double b);
static inline double cr_xlogy(double x, double y);
static inline double cr_xlog1py(double x, double y);
static inline double cr_expn(double n, double x);
static inline double cr_gammainc(double a, double x);
static inline double cr_gammaincc(double a, double x);
static inline double cr_stdtr(double df, double t);

static inline double cr_equal(double x, double y) {
    return  x == y ;
}

static inline double cr_not_equal(double x, double y) {
    return  x != y ;
}

static inline double cr_less(double x, double y) {
    return  x < y ;
}

static inline double cr_less_equal(double x, double y) {
    return  x <= y ;
}

static inline double cr_greater(double x, double y) {
    return  x > y ;
}

static inline double cr_greater_equal(double x, double y) {
    return  x >= y ;
}

static inline double cr_logical_and(double x, double y) {
    return  x && y ;
}

static inline double cr_logical_or(double x, double y) {
    return  x || y ;
}

static inline double cr_logical_not(double x) {
    return !x;
}

static inline double cr_isnan(double x) {
    return isnan(x);
}

static inline double cr_isinf(double x) {
    return isinf(x);
}

static inline double cr_isfinite(double x) {
    return isfinite(x);
}

static inline double cr_maximum(double x, double y) {
    return (((x >= y) || cr_isnan(x)) ? x : y);
}

static inline double cr_maximum_0(double out, double x, double y) {
    return ((!(x < y)) ? ((!(y < x)) ? ((x == y) ? 0.5 : NAN) : 1.0) : 0.0);
}

static inline double cr_maximum_1(double out, double x, double y) {
    return ((!(y < x)) ? ((!(x < y)) ? ((x == y) ? 0.5 : NAN) : 1.0) : 0.0);
}

static inline double cr_minimum(double x, double y) {
    return (((x <= y) || cr_isnan(x)) ? x : y);
}

static inline double cr_minimum_0(double out, double x, double y) {
    return ((!(x > y)) ? ((!(y > x)) ? ((x == y) ? 0.5 : NAN) : 1.0) : 0.0);
}

static inline double cr_minimum_1(double out, double x, double y) {
    return ((!(y > x)) ? ((!(x > y)) ? ((x == y) ? 0.5 : NAN) : 1.0) : 0.0);
}

static inline double cr_fmax(double x, double y) {
    return fmax(x, y);
}

static inline double cr_fmax_0(double out, double x, double y) {
    double t1 = (x == y);
    return ((((y < x) || t1) || cr_isnan(y)) ? (t1 ? 0.5 : 1.0) : 0.0);
}

static inline double cr_fmax_1(double out, double x, double y) {
    double t1 = (x == y);
    return ((((x < y) || t1) || cr_isnan(x)) ? (t1 ? 0.5 : 1.0) : 0.0);
}

static inline double cr_fmin(double x, double y) {
    return fmin(x, y);
}

static inline double cr_fmin_0(double out, double x, double y) {
    double t1 = (x == y);
    return ((((y > x) || t1) || cr_isnan(y)) ? (t1 ? 0.5 : 1.0) : 0.0);
}

static inline double cr_fmin_1(double out, double x, double y) {
    double t1 = (x == y);
    return ((((x > y) || t1) || cr_isnan(x)) ? (t1 ? 0.5 : 1.0) : 0.0);
}

static inline double cr_clip(double x, double lower, double upper) {
    return cr_minimum(cr_maximum(x, lower), upper);
}

static inline double cr_clip_0(double out, double x, double lower, double upper) {
    double t1 = cr_isnan(out);
    return ((((lower < x) && (x < upper)) || t1) ? (t1 ? NAN : 1.0) : 0.0);
}

static inline double cr_clip_1(double out, double x, double lower, double upper) {
    return (((x <= lower) && (lower < upper)) ? 1.0 : 0.0);
}

static inline double cr_clip_2(double out, double x, double lower, double upper) {
    return (((x >= upper) || (lower >= upper)) ? 1.0 : 0.0);
}

static inline double cr_where(double condition, double x, double y) {
    return condition != 0.0 ? x : y;
}

static inline double cr_where_1(double out, double condition, double x, double y) {
    return (condition ? 1.0 : 0.0);
}

static inline double cr_where_2(double out, double condition, double x, double y) {
    return ((!condition) ? 1.0 : 0.0);
}

static inline double cr_relu(double x) {
    return ((x <= 0.0) ? 0.0 : x);
}

static inline double cr_relu_0(double out, double x) {
    return ((!(x <= 0.0)) ? (cr_isnan(x) ? NAN : 1.0) : 0.0);
}

static inline double cr_floor(double x) {
    return floor(x);
}

static inline double cr_ceil(double x) {
    return ceil(x);
}

static inline double cr_trunc(double x) {
    return trunc(x);
}

static inline double cr_rint(double x) {
    return rint(x);
}

static inline double cr_round(double x, double decimals) {
    double t1 = cr_power(10.0, decimals);
    double t2 = cr_power(10.0, (-decimals));
    return ((decimals == 0.0) ? cr_rint(x) : ((decimals > 0.0) ? (cr_rint((x * t1)) / t1) : (cr_rint((x / t2)) * t2)));
}

static inline double cr_add(double x, double y) {
    return  x + y ;
}

static inline double cr_add_0(double out, double x, double y) {
    return 1.0;
}

static inline double cr_add_1(double out, double x, double y) {
    return 1.0;
}

static inline double cr_subtract(double x, double y) {
    return  x - y ;
}

static inline double cr_subtract_0(double out, double x, double y) {
    return 1.0;
}

static inline double cr_subtract_1(double out, double x, double y) {
    return -1.0;
}

static inline double cr_multiply(double x, double y) {
    return  x * y ;
}

static inline double cr_multiply_0(double out, double x, double y) {
    return y;
}

static inline double cr_multiply_1(double out, double x, double y) {
    return x;
}

static inline double cr_divide(double x, double y) {
    return  x / y ;
}

static inline double cr_divide_0(double out, double x, double y) {
    return cr_reciprocal(y);
}

static inline double cr_divide_1(double out, double x, double y) {
    return ((-out) / y);
}

static inline double cr_negative(double x) {
    return -x;
}

static inline double cr_negative_0(double out, double x) {
    return -1.0;
}

static inline double cr_positive(double x) {
    return x;
}

static inline double cr_positive_0(double out, double x) {
    return 1.0;
}

static inline double cr_reciprocal(double x) {
    return (1.0 / x);
}

static inline double cr_reciprocal_0(double out, double x) {
    return (-cr_square(out));
}

static inline double cr_square(double x) {
    return (x * x);
}

static inline double cr_square_0(double out, double x) {
    return (2.0 * x);
}

static inline double cr_sqrt(double x) {
    return sqrt(x);
}

static inline double cr_sqrt_0(double out, double x) {
    return (0.5 / out);
}

static inline double cr_cbrt(double x) {
    return cbrt(x);
}

static inline double cr_cbrt_0(double out, double x) {
    return (1.0 / (3.0 * cr_square(out)));
}

static inline double cr_hypot(double x, double y) {
    return hypot(x, y);
}

static inline double cr_hypot_0(double out, double x, double y) {
    return ((out == 0.0) ? 0.0 : (x / out));
}

static inline double cr_hypot_1(double out, double x, double y) {
    return ((out == 0.0) ? 0.0 : (y / out));
}

static inline double cr_power(double x, double y) {
    return pow(x, y);
}

static inline double cr_power_0(double out, double x, double y) {
    return (((x == 0.0) && (y == 0.0)) ? 0.0 : (y * cr_power(x, (y - 1.0))));
}

static inline double cr_power_1(double out, double x, double y) {
    return (((x == 0.0) && (y >= 0.0)) ? ((y > 1.0) ? 0.0 : (0.0 - cr_sqrt(x))) : (out * cr_log(x)));
}

static inline double cr_floor_divide(double x, double y) {
    double t1 = (x / y);
    double t2 = cr_fmod(x, y);
    double t3 = ((x - t2) / y);
    double t4 = (((t2 != 0.0) && ((y < 0.0) != (t2 < 0.0))) ? (t3 - 1.0) : t3);
    double t5 = cr_floor(t4);
    return ((y == 0.0) ? t1 : ((t4 == 0.0) ? cr_copysign(0.0, t1) : (((t4 - t5) > 0.5) ? (t5 + 1.0) : t5)));
}

static inline double cr_remainder(double x, double y) {
    double t1 = cr_fmod(x, y);
    return ((t1 == 0.0) ? cr_copysign(0.0, y) : (((y < 0.0) != (t1 < 0.0)) ? (t1 + y) : t1));
}

static inline double cr_remainder_0(double out, double x, double y) {
    return ((y == 0.0) ? out : 1.0);
}

static inline double cr_remainder_1(double out, double x, double y) {
    return ((y == 0.0) ? out : (-cr_floor_divide(x, y)));
}

static inline double cr_fmod(double x, double y) {
    return fmod(x, y);
}

static inline double cr_fmod_0(double out, double x, double y) {
    return ((y == 0.0) ? out : 1.0);
}

static inline double cr_fmod_1(double out, double x, double y) {
    return ((y == 0.0) ? out : (-cr_trunc((x / y))));
}

static inline double cr_copysign(double x, double y) {
    return copysign(x, y);
}

static inline double cr_copysign_0(double out, double x, double y) {
    return (cr_sign(x) * cr_copysign(1.0, y));
}

static inline double cr_abs(double x) {
    return fabs(x);
}

static inline double cr_abs_0(double out, double x) {
    return cr_sign(x);
}

static inline double cr_sign(double x) {
    return ((x > 0.0) ? 1.0 : ((x < 0.0) ? -1.0 : ((x == 0.0) ? 0.0 : x)));
}

static inline double cr_exp(double x) {
    return exp(x);
}

static inline double cr_exp_0(double out, double x) {
    return out;
}

static inline double cr_exp2(double x) {
    return exp2(x);
}

static inline double cr_exp2_0(double out, double x) {
    return (0.6931471805599453 * out);
}

static inline double cr_expm1(double x) {
    return expm1(x);
}

static inline double cr_expm1_0(double out, double x) {
    return cr_exp(x);
}

static inline double cr_log(double x) {
    return log(x);
}

static inline double cr_log_0(double out, double x) {
    return (1.0 / ((x >= 0.0) ? x : out));
}

static inline double cr_log2(double x) {
    return log2(x);
}

static inline double cr_log2_0(double out, double x) {
    return ((x >= 0.0) ? (1.0 / (0.6931471805599453 * x)) : out);
}

static inline double cr_log10(double x) {
    return log10(x);
}

static inline double cr_log10_0(double out, double x) {
    return ((x >= 0.0) ? (1.0 / (2.302585092994046 * x)) : out);
}

static inline double cr_log1p(double x) {
    return log1p(x);
}

static inline double cr_log1p_0(double out, double x) {
    return ((x >= -1.0) ? (1.0 / (1.0 + x)) : out);
}

static inline double cr_sigmoid(double x) {
    return (1.0 / (1.0 + cr_exp((-x))));
}

static inline double cr_sigmoid_0(double out, double x) {
    return (out * cr_sigmoid((-x)));
}

static inline double cr_logaddexp(double x, double y) {
    return ((x == y) ? (x + 0.6931471805599453) : (cr_maximum(x, y) + cr_log1p(cr_exp((-cr_abs((x - y)))))));
}

static inline double cr_logaddexp_0(double out, double x, double y) {
    return (((x == y) && cr_isinf(x)) ? 0.5 : cr_sigmoid((1.0 * (x - y))));
}

static inline double cr_logaddexp_1(double out, double x, double y) {
    return (((y == x) && cr_isinf(y)) ? 0.5 : cr_sigmoid((1.0 * (y - x))));
}

static inline double cr_logaddexp2(double x, double y) {
    return ((x == y) ? (x + 1.0) : (cr_maximum(x, y) + (cr_log1p(cr_exp2((-cr_abs((x - y))))) * 1.4426950408889634)));
}

static inline double cr_logaddexp2_0(double out, double x, double y) {
    return (((x == y) && cr_isinf(x)) ? 0.5 : cr_sigmoid((0.6931471805599453 * (x - y))));
}

static inline double cr_logaddexp2_1(double out, double x, double y) {
    return (((y == x) && cr_isinf(y)) ? 0.5 : cr_sigmoid((0.6931471805599453 * (y - x))));
}

static inline double cr_sin(double x) {
    return sin(x);
}

static inline double cr_sin_0(double out, double x) {
    return cr_cos(x);
}

static inline double cr_cos(double x) {
    return cos(x);
}

static inline double cr_cos_0(double out, double x) {
    return (-cr_sin(x));
}

static inline double cr_tan(double x) {
    return tan(x);
}

static inline double cr_tan_0(double out, double x) {
    return (1.0 + cr_square(out));
}

static inline double cr_arcsin(double x) {
    return asin(x);
}

static inline double cr_arcsin_0(double out, double x) {
    return (1.0 / cr_sqrt(((cr_abs(x) < 0.5) ? (1.0 - (x * x)) : ((1.0 - x) * (1.0 + x)))));
}

static inline double cr_arccos(double x) {
    return acos(x);
}

static inline double cr_arccos_0(double out, double x) {
    return (-1.0 / cr_sqrt(((cr_abs(x) < 0.5) ? (1.0 - (x * x)) : ((1.0 - x) * (1.0 + x)))));
}

static inline double cr_arctan(double x) {
    return atan(x);
}

static inline double cr_arctan_0(double out, double x) {
    return (1.0 / (1.0 + cr_square(x)));
}

static inline double cr_arctan2(double y, double x) {
    return atan2(y, x);
}

static inline double cr_arctan2_0(double out, double y, double x) {
    double t1 = cr_hypot(x, y);
    return ((x / t1) / t1);
}

static inline double cr_arctan2_1(double out, double y, double x) {
    double t1 = cr_hypot(x, y);
    return ((-(y / t1)) / t1);
}

static inline double cr_sinh(double x) {
    return sinh(x);
}

static inline double cr_sinh_0(double out, double x) {
    return cr_cosh(x);
}

static inline double cr_cosh(double x) {
    return cosh(x);
}

static inline double cr_cosh_0(double out, double x) {
    return cr_sinh(x);
}

static inline double cr_tanh(double x) {
    return tanh(x);
}

static inline double cr_tanh_0(double out, double x) {
    return cr_sech_squared(x);
}

static inline double cr_sech_squared(double x) {
    double t1 = cr_exp((-2.0 * cr_abs(x)));
    return ((4.0 * t1) / cr_square((1.0 + t1)));
}

static inline double cr_sech_squared_0(double out, double x) {
    return ((-2.0 * cr_tanh(x)) * out);
}

static inline double cr_arcsinh(double x) {
    return asinh(x);
}

static inline double cr_arcsinh_0(double out, double x) {
    return (1.0 / cr_hypot(1.0, x));
}

static inline double cr_arccosh(double x) {
    return acosh(x);
}

static inline double cr_arccosh_0(double out, double x) {
    return (1.0 / (cr_sqrt((x - 1.0)) * cr_sqrt((x + 1.0))));
}

static inline double cr_arctanh(double x) {
    return atanh(x);
}

static inline double cr_arctanh_0(double out, double x) {
    double t1 = cr_abs(x);
    return ((t1 <= 1.0) ? (1.0 / ((t1 < 0.5) ? (1.0 - (x * x)) : ((1.0 - x) * (1.0 + x)))) : out);
}

static inline double cr_deg2rad(double x) {
    return (x * 0.017453292519943295);
}

static inline double cr_deg2rad_0(double out, double x) {
    return 0.017453292519943295;
}

static inline double cr_rad2deg(double x) {
    return (x * 57.29577951308232);
}

static inline double cr_rad2deg_0(double out, double x) {
    return 57.29577951308232;
}

static inline double cr_sinpi(double x) {
    return cr_sin((3.141592653589793 * ((cr_abs((x - (2.0 * cr_rint((0.5 * x))))) > 0.5) ? (cr_copysign(1.0, (x - (2.0 * cr_rint((0.5 * x))))) - (x - (2.0 * cr_rint((0.5 * x))))) : (x - (2.0 * cr_rint((0.5 * x)))))));
}

static inline double cr_sinpi_0(double out, double x) {
    return (3.141592653589793 * cr_cospi(x));
}

static inline double cr_cospi(double x) {
    return cr_sin((3.141592653589793 * (0.5 - cr_abs((x - (2.0 * cr_rint((0.5 * x))))))));
}

static inline double cr_cospi_0(double out, double x) {
    return (-3.141592653589793 * cr_sinpi(x));
}

static inline double cr_sinc(double x) {
    return ((x == 0.0) ? 1.0 : (cr_sinpi(x) / (3.141592653589793 * x)));
}

static inline double cr_sinc_0(double out, double x) {
    double t1 = cr_square(x);
    return ((cr_abs(x) < 0.4) ? (x * (-3.289868133696453 + (t1 * (3.246969701133414 + (t1 * (-1.144510944732505 + (t1 * (0.20918278254123832 + (t1 * (-0.023460810354558225 + (t1 * (0.001781145516372851 + (t1 * (-9.766223126318928e-05 + (t1 * (4.049947846619241e-06 + (t1 * (-1.3148481279991983e-07 + (t1 * (3.433076949964284e-09 + (t1 * (-7.365893777096939e-11 + (t1 * 0.0))))))))))))))))))))))) : ((cr_cospi(x) - out) / x));
}

static inline double cr_j0(double x) {
    return cr_library(0, x, 0.0, 0.0);
}

static inline double cr_j0_0(double out, double x) {
    return (-cr_j1(x));
}

static inline double cr_j1(double x) {
    return cr_library(1, x, 0.0, 0.0);
}

static inline double cr_j1_0(double out, double x) {
    return (0.5 * (cr_j0(x) - cr_jv(2.0, x)));
}

static inline double cr_y0(double x) {
    return cr_library(2, x, 0.0, 0.0);
}

static inline double cr_y0_0(double out, double x) {
    return (-cr_y1(x));
}

static inline double cr_y1(double x) {
    return cr_library(3, x, 0.0, 0.0);
}

static inline double cr_y1_0(double out, double x) {
    return (0.5 * (cr_y0(x) - cr_yv(2.0, x)));
}

static inline double cr_i0(double x) {
    return cr_library(4, x, 0.0, 0.0);
}

static inline double cr_i0_0(double out, double x) {
    return cr_i1(x);
}

static inline double cr_i1(double x) {
    return cr_library(5, x, 0.0, 0.0);
}

static inline double cr_i1_0(double out, double x) {
    return (0.5 * (cr_i0(x) + cr_iv(2.0, x)));
}

static inline double cr_k0(double x) {
    return cr_library(6, x, 0.0, 0.0);
}

static inline double cr_k0_0(double out, double x) {
    return (-cr_k1(x));
}

static inline double cr_k1(double x) {
    return cr_library(7, x, 0.0, 0.0);
}

static inline double cr_k1_0(double out, double x) {
    return (-0.5 * (cr_k0(x) + cr_kv(2.0, x)));
}

static inline double cr_i0e(double x) {
    return cr_library(8, x, 0.0, 0.0);
}

static inline double cr_i0e_0(double out, double x) {
    return (cr_i1e(x) - (cr_sign(x) * out));
}

static inline double cr_i1e(double x) {
    return cr_library(9, x, 0.0, 0.0);
}

static inline double cr_i1e_0(double out, double x) {
    return ((0.5 * (cr_i0e(x) + cr_ive(2.0, x))) - (cr_sign(x) * out));
}

static inline double cr_k0e(double x) {
    return cr_library(10, x, 0.0, 0.0);
}

static inline double cr_k0e_0(double out, double x) {
    return (out - cr_k1e(x));
}

static inline double cr_k1e(double x) {
    return cr_library(11, x, 0.0, 0.0);
}

static inline double cr_k1e_0(double out, double x) {
    return (out - (0.5 * (cr_k0e(x) + cr_kve(2.0, x))));
}

static inline double cr_jv(double v, double x) {
    return cr_library(12, v, x, 0.0);
}

static inline double cr_jv_1(double out, double v, double x) {
    return (0.5 * (cr_jv((v - 1.0), x) - cr_jv((v + 1.0), x)));
}

static inline double cr_yv(double v, double x) {
    return cr_library(13, v, x, 0.0);
}

static inline double cr_yv_1(double out, double v, double x) {
    return (0.5 * (cr_yv((v - 1.0), x) - cr_yv((v + 1.0), x)));
}

static inline double cr_iv(double v, double x) {
    return cr_library(14, v, x, 0.0);
}

static inline double cr_iv_1(double out, double v, double x) {
    return (0.5 * (cr_iv((v - 1.0), x) + cr_iv((v + 1.0), x)));
}

static inline double cr_kv(double v, double x) {
    return cr_library(15, v, x, 0.0);
}

static inline double cr_kv_1(double out, double v, double x) {
    return (-0.5 * (cr_kv((v - 1.0), x) + cr_kv((v + 1.0), x)));
}

static inline double cr_ive(double v, double x) {
    return cr_library(16, v, x, 0.0);
}

static inline double cr_ive_1(double out, double v, double x) {
    return ((0.5 * (cr_ive((v - 1.0), x) + cr_ive((v + 1.0), x))) - (cr_sign(x) * out));
}

static inline double cr_kve(double v, double x) {
    return cr_library(17, v, x, 0.0);
}

static inline double cr_kve_1(double out, double v, double x) {
    return (out - (0.5 * (cr_kve((v - 1.0), x) + cr_kve((v + 1.0), x))));
}

static inline double cr_softplus(double x) {
    return (cr_relu(x) + cr_log1p(cr_exp((-cr_abs(x)))));
}

static inline double cr_softplus_0(double out, double x) {
    return cr_sigmoid(x);
}

static inline double cr_silu(double x) {
    return (x * cr_sigmoid(x));
}

static inline double cr_silu_0(double out, double x) {
    return (cr_sigmoid(x) * (1.0 + (x * cr_sigmoid((-x)))));
}

static inline double cr_gelu(double x) {
    return ((0.5 * x) * cr_erfc((-0.7071067811865476 * x)));
}

static inline double cr_gelu_0(double out, double x) {
    return ((0.5 * cr_erfc((-0.7071067811865476 * x))) + (x * (0.3989422804014327 * cr_exp((-0.5 * cr_square(x))))));
}

static inline double cr_erf(double x) {
    return erf(x);
}

static inline double cr_erf_0(double out, double x) {
    return (1.1283791670955126 * cr_exp((-cr_square(x))));
}

static inline double cr_erfc(double x) {
    return erfc(x);
}

static inline double cr_erfc_0(double out, double x) {
    return (-1.1283791670955126 * cr_exp((-cr_square(x))));
}

static inline double cr_erfinv(double x) {
    return cr_library(18, x, 0.0, 0.0);
}

static inline double cr_erfinv_0(double out, double x) {
    return (0.8862269254527579 * cr_exp(cr_square(out)));
}

static inline double cr_gamma(double x) {
    return tgamma(x);
}

static inline double cr_gamma_0(double out, double x) {
    return (out * cr_digamma(x));
}

static inline double cr_gammaln(double x) {
    return lgamma(x);
}

static inline double cr_gammaln_0(double out, double x) {
    return cr_digamma(x);
}

static inline double cr_digamma(double x) {
    return cr_library(19, x, 0.0, 0.0);
}

static inline double cr_digamma_0(double out, double x) {
    return cr_polygamma(1.0, x);
}

static inline double cr_polygamma(double n, double x) {
    return cr_library(20, n, x, 0.0);
}

static inline double cr_polygamma_1(double out, double n, double x) {
    return cr_polygamma((n + 1.0), x);
}

static inline double cr_ndtr(double x) {
    return cr_library(21, x, 0.0, 0.0);
}

static inline double cr_ndtr_0(double out, double x) {
    return (0.3989422804014327 * cr_exp((-0.5 * cr_square(x))));
}

static inline double cr_log_ndtr(double x) {
    return cr_library(22, x, 0.0, 0.0);
}

static inline double cr_log_ndtr_0(double out, double x) {
    return ((x > 8.0) ? (0.3989422804014327 * cr_exp(((-0.5 * cr_square(x)) - out))) : (0.7978845608028654 / cr_erfcx((-0.7071067811865476 * x))));
}

static inline double cr_ndtri(double x) {
    return cr_library(23, x, 0.0, 0.0);
}

static inline double cr_ndtri_0(double out, double x) {
    return (2.5066282746310002 * cr_exp((0.5 * cr_square(out))));
}

static inline double cr_erfcx(double x) {
    return cr_library(24, x, 0.0, 0.0);
}

static inline double cr_erfcx_0(double out, double x) {
    double t1 = cr_square(x);
    double t2 = (1.0 / t1);
    return ((x > 20.0) ? ((-0.5641895835477563 * (1.0 + (t2 * (-1.5 + (t2 * (3.75 + (t2 * (-13.125 + (t2 * (59.0625 + (t2 * (-324.84375 + (t2 * (2111.484375 + (t2 * (-15836.1328125 + (t2 * (134607.12890625 + (t2 * (-1278767.724609375 + (t2 * 13427061.108398438))))))))))))))))))))) / t1) : (((2.0 * x) * out) - 1.1283791670955126));
}

static inline double cr_erfcinv(double x) {
    return cr_library(25, x, 0.0, 0.0);
}

static inline double cr_erfcinv_0(double out, double x) {
    return (-0.8862269254527579 * cr_exp(cr_square(out)));
}

static inline double cr_dawsn(double x) {
    return cr_library(26, x, 0.0, 0.0);
}

static inline double cr_dawsn_0(double out, double x) {
    return (1.0 - ((2.0 * x) * out));
}

static inline double cr_expi(double x) {
    return cr_library(27, x, 0.0, 0.0);
}

static inline double cr_expi_0(double out, double x) {
    return (cr_exp(x) / x);
}

static inline double cr_exp1(double x) {
    return cr_library(28, x, 0.0, 0.0);
}

static inline double cr_exp1_0(double out, double x) {
    return ((-cr_exp((-x))) / x);
}

static inline double cr_ellipk(double x) {
    return cr_library(29, x, 0.0, 0.0);
}

static inline double cr_ellipk_0(double out, double x) {
    return ((cr_abs(x) < 0.1) ? (0.39269908169872414 + (x * (0.44178646691106466 + (x * (0.46019423636569234 + (x * (0.4697816162899776 + (x * (0.47565388649360235 + (x * (0.479617668881049 + (x * (0.48247253595772194 + (x * (0.4846264312075332 + (x * (0.48630916187144824 + (x * (0.4876600206544245 + (x * (0.4887683388831845 + (x * (0.4896940364947057 + (x * (0.49047880257883186 + (x * (0.4911525371977588 + (x * (0.49173724259918467 + (x * 0.4922494688935589)))))))))))))))))))))))))))))) : (((cr_ellipe(x) / (1.0 - x)) - out) / (2.0 * x)));
}

static inline double cr_ellipe(double x) {
    return cr_library(30, x, 0.0, 0.0);
}

static inline double cr_ellipe_0(double out, double x) {
    return ((cr_abs(x) < 0.1) ? (-0.39269908169872414 + (x * (-0.14726215563702155 + (x * (-0.09203884727313846 + (x * (-0.0671116594699968 + (x * (-0.05285043183262248 + (x * (-0.04360160626191355 + (x * (-0.03711327199674784 + (x * (-0.032308428747168876 + (x * (-0.02860642128655578 + (x * (-0.025666316876548658 + (x * (-0.023274682803961166 + (x * (-0.021291045064987205 + (x * (-0.019619152103153275 + (x * (-0.018190834711028104 + (x * (-0.016956456641351196 + (x * -0.015879015125598674)))))))))))))))))))))))))))))) : ((out - cr_ellipk(x)) / (2.0 * x)));
}

static inline double cr_spence(double x) {
    return cr_library(31, x, 0.0, 0.0);
}

static inline double cr_spence_0(double out, double x) {
    return ((cr_abs((x - 1.0)) < 1e-09) ? ((0.5 * (x - 1.0)) - 1.0) : (cr_log(x) / (1.0 - x)));
}

static inline double cr_log_expit(double x) {
    return cr_library(32, x, 0.0, 0.0);
}

static inline double cr_log_expit_0(double out, double x) {
    return cr_sigmoid((-x));
}

static inline double cr_entr(double x) {
    return cr_library(33, x, 0.0, 0.0);
}

static inline double cr_entr_0(double out, double x) {
    return ((x > 0.0) ? ((-cr_log(x)) - 1.0) : ((x == 0.0) ? INFINITY : out));
}

static inline double cr_betaln(double a, double b) {
    return cr_library(34, a, b, 0.0);
}

static inline double cr_betaln_0(double out, double a, double b) {
    return (cr_digamma(a) - cr_digamma((a + b)));
}

static inline double cr_betaln_1(double out, double a, double b) {
    return (cr_digamma(b) - cr_digamma((a + b)));
}

static inline double cr_xlogy(double x, double y) {
    return cr_library(35, x, y, 0.0);
}

static inline double cr_xlogy_0(double out, double x, double y) {
    return cr_log(y);
}

static inline double cr_xlogy_1(double out, double x, double y) {
    return (((x == 0.0) && (y == y)) ? 0.0 : (x / y));
}

static inline double cr_xlog1py(double x, double y) {
    return cr_library(36, x, y, 0.0);
}

static inline double cr_xlog1py_0(double out, double x, double y) {
    return cr_log1p(y);
}

static inline double cr_xlog1py_1(double out, double x, double y) {
    return (((x == 0.0) && (y == y)) ? 0.0 : (x / (1.0 + y)));
}

static inline double cr_expn(double n, double x) {
    return cr_library(37, n, x, 0.0);
}

static inline double cr_expn_1(double out, double n, double x) {
    return ((n >= 1.0) ? (-cr_expn((n - 1.0), x)) : ((-(cr_exp((-x)) + out)) / x));
}

static inline double cr_gammainc(double a, double x) {
    return cr_library(38, a, x, 0.0);
}

static inline double cr_gammainc_1(double out, double a, double x) {
    return ((x >= 0.0) ? cr_exp(((cr_xlogy((a - 1.0), x) - x) - cr_gammaln(a))) : out);
}

static inline double cr_gammaincc(double a, double x) {
    return cr_library(39, a, x, 0.0);
}

static inline double cr_gammaincc_1(double out, double a, double x) {
    return ((x >= 0.0) ? (-cr_exp(((cr_xlogy((a - 1.0), x) - x) - cr_gammaln(a)))) : out);
}

static inline double cr_stdtr(double df, double t) {
    return cr_library(40, df, t, 0.0);
}

static inline double cr_stdtr_1(double out, double df, double t) {
    return cr_exp(((((-0.5 * (df + 1.0)) * cr_log1p((cr_square(t) / df))) - cr_betaln((0.5 * df), 0.5)) - (0.5 * cr_log(df))));
}

typedef double (*cr_kernel1)(double);
typedef double (*cr_kernel2)(double, double);
typedef double (*cr_kernel3)(double, double, double);
typedef double (*cr_kernel4)(double, double, double, double);

typedef struct {
    const char *name;
    int arity;
    int selects;   /* an operand of weight zero is not linked */
    int predicate; /* the result is a truth value */
    int fixed;     /* bit K: operand K has no derivative */
    int library;   /* its value or a partial calls a kernel of SciPy's */
    void (*value)(void);
    void (*partials[3])(void); /* NULL: zero, or none */
} cr_row;

static const cr_row cr_rows[] = {
    [2] = {"equal", 2, 0, 1, 0, 0, (void (*)(void))cr_equal, {NULL, NULL, NULL}},
    [3] = {"not_equal", 2, 0, 1, 0, 0, (void (*)(void))cr_not_equal, {NULL, NULL, NULL}},
    [4] = {"less", 2, 0, 1, 0, 0, (void (*)(void))cr_less, {NULL, NULL, NULL}},
    [5] = {"less_equal", 2, 0, 1, 0, 0, (void (*)(void))cr_less_equal, {NULL, NULL, NULL}},
    [6] = {"greater", 2, 0, 1, 0, 0, (void (*)(void))cr_greater, {NULL, NULL, NULL}},
    [7] = {"greater_equal", 2, 0, 1, 0, 0, (void (*)(void))cr_greater_equal, {NULL, NULL, NULL}},
    [8] = {"logical_and", 2, 0, 1, 0, 0, (void (*)(void))cr_logical_and, {NULL, NULL, NULL}},
    [9] = {"logical_or", 2, 0, 1, 0, 0, (void (*)(void))cr_logical_or, {NULL, NULL, NULL}},
    [10] = {"logical_not", 1, 0, 1, 0, 0, (void (*)(void))cr_logical_not, {NULL, NULL, NULL}},
    [11] = {"isnan", 1, 0, 1, 0, 0, (void (*)(void))cr_isnan, {NULL, NULL, NULL}},
    [12] = {"isinf", 1, 0, 1, 0, 0, (void (*)(void))cr_isinf, {NULL, NULL, NULL}},
    [13] = {"isfinite", 1, 0, 1, 0, 0, (void (*)(void))cr_isfinite, {NULL, NULL, NULL}},
    [14] = {"maximum", 2, 1, 0, 0, 0, (void (*)(void))cr_maximum, {(void (*)(void))cr_maximum_0, (void (*)(void))cr_maximum_1, NULL}},
    [15] = {"minimum", 2, 1, 0, 0, 0, (void (*)(void))cr_minimum, {(void (*)(void))cr_minimum_0, (void (*)(void))cr_minimum_1, NULL}},
    [16] = {"fmax", 2, 1, 0, 0, 0, (void (*)(void))cr_fmax, {(void (*)(void))cr_fmax_0, (void (*)(void))cr_fmax_1, NULL}},
    [17] = {"fmin", 2, 1, 0, 0, 0, (void (*)(void))cr_fmin, {(void (*)(void))cr_fmin_0, (void (*)(void))cr_fmin_1, NULL}},
    [18] = {"clip", 3, 1, 0, 0, 0, (void (*)(void))cr_clip, {(void (*)(void))cr_clip_0, (void (*)(void))cr_clip_1, (void (*)(void))cr_clip_2}},
    [19] = {"where", 3, 1, 0, 0, 0, (void (*)(void))cr_where, {NULL, (void (*)(void))cr_where_1, (void (*)(void))cr_where_2}},
    [20] = {"relu", 1, 1, 0, 0, 0, (void (*)(void))cr_relu, {(void (*)(void))cr_relu_0, NULL, NULL}},
    [21] = {"floor", 1, 0, 0, 0, 0, (void (*)(void))cr_floor, {NULL, NULL, NULL}},
    [22] = {"ceil", 1, 0, 0, 0, 0, (void (*)(void))cr_ceil, {NULL, NULL, NULL}},
    [23] = {"trunc", 1, 0, 0, 0, 0, (void (*)(void))cr_trunc, {NULL, NULL, NULL}},
    [24] = {"rint", 1, 0, 0, 0, 0, (void (*)(void))cr_rint, {NULL, NULL, NULL}},
    [25] = {"round", 2, 0, 0, 2, 0, (void (*)(void))cr_round, {NULL, NULL, NULL}},
    [26] = {"add", 2, 0, 0, 0, 0, (void (*)(void))cr_add, {(void (*)(void))cr_add_0, (void (*)(void))cr_add_1, NULL}},
    [27] = {"subtract", 2, 0, 0, 0, 0, (void (*)(void))cr_subtract, {(void (*)(void))cr_subtract_0, (void (*)(void))cr_subtract_1, NULL}},
    [28] = {"multiply", 2, 0, 0, 0, 0, (void (*)(void))cr_multiply, {(void (*)(void))cr_multiply_0, (void (*)(void))cr_multiply_1, NULL}},
    [29] = {"divide", 2, 0, 0, 0, 0, (void (*)(void))cr_divide, {(void (*)(void))cr_divide_0, (void (*)(void))cr_divide_1, NULL}},
    [30] = {"negative", 1, 0, 0, 0, 0, (void (*)(void))cr_negative, {(void (*)(void))cr_negative_0, NULL, NULL}},
    [31] = {"positive", 1, 0, 0, 0, 0, (void (*)(void))cr_positive, {(void (*)(void))cr_positive_0, NULL, NULL}},
    [32] = {"reciprocal", 1, 0, 0, 0, 0, (void (*)(void))cr_reciprocal, {(void (*)(void))cr_reciprocal_0, NULL, NULL}},
    [33] = {"square", 1, 0, 0, 0, 0, (void (*)(void))cr_square, {(void (*)(void))cr_square_0, NULL, NULL}},
    [34] = {"sqrt", 1, 0, 0, 0, 0, (void (*)(void))cr_sqrt, {(void (*)(void))cr_sqrt_0, NULL, NULL}},
    [35] = {"cbrt", 1, 0, 0, 0, 0, (void (*)(void))cr_cbrt, {(void (*)(void))cr_cbrt_0, NULL, NULL}},
    [36] = {"hypot", 2, 0, 0, 0, 0, (void (*)(void))cr_hypot, {(void (*)(void))cr_hypot_0, (void (*)(void))cr_hypot_1, NULL}},
    [37] = {"power", 2, 0, 0, 0, 0, (void (*)(void))cr_power, {(void (*)(void))cr_power_0, (void (*)(void))cr_power_1, NULL}},
    [38] = {"floor_divide", 2, 0, 0, 0, 0, (void (*)(void))cr_floor_divide, {NULL, NULL, NULL}},
    [39] = {"remainder", 2, 0, 0, 0, 0, (void (*)(void))cr_remainder, {(void (*)(void))cr_remainder_0, (void (*)(void))cr_remainder_1, NULL}},
    [40] = {"fmod", 2, 0, 0, 0, 0, (void (*)(void))cr_fmod, {(void (*)(void))cr_fmod_0, (void (*)(void))cr_fmod_1, NULL}},
    [41] = {"copysign", 2, 0, 0, 0, 0, (void (*)(void))cr_copysign, {(void (*)(void))cr_copysign_0, NULL, NULL}},
    [42] = {"abs", 1, 0, 0, 0, 0, (void (*)(void))cr_abs, {(void (*)(void))cr_abs_0, NULL, NULL}},
    [43] = {"sign", 1, 0, 0, 0, 0, (void (*)(void))cr_sign, {NULL, NULL, NULL}},
    [44] = {"exp", 1, 0, 0, 0, 0, (void (*)(void))cr_exp, {(void (*)(void))cr_exp_0, NULL, NULL}},
    [45] = {"exp2", 1, 0, 0, 0, 0, (void (*)(void))cr_exp2, {(void (*)(void))cr_exp2_0, NULL, NULL}},
    [46] = {"expm1", 1, 0, 0, 0, 0, (void (*)(void))cr_expm1, {(void (*)(void))cr_expm1_0, NULL, NULL}},
    [47] = {"log", 1, 0, 0, 0, 0, (void (*)(void))cr_log, {(void (*)(void))cr_log_0, NULL, NULL}},
    [48] = {"log2", 1, 0, 0, 0, 0, (void (*)(void))cr_log2, {(void (*)(void))cr_log2_0, NULL, NULL}},
    [49] = {"log10", 1, 0, 0, 0, 0, (void (*)(void))cr_log10, {(void (*)(void))cr_log10_0, NULL, NULL}},
    [50] = {"log1p", 1, 0, 0, 0, 0, (void (*)(void))cr_log1p, {(void (*)(void))cr_log1p_0, NULL, NULL}},
    [51] = {"sigmoid", 1, 0, 0, 0, 0, (void (*)(void))cr_sigmoid, {(void (*)(void))cr_sigmoid_0, NULL, NULL}},
    [52] = {"logaddexp", 2, 0, 0, 0, 0, (void (*)(void))cr_logaddexp, {(void (*)(void))cr_logaddexp_0, (void (*)(void))cr_logaddexp_1, NULL}},
    [53] = {"logaddexp2", 2, 0, 0, 0, 0, (void (*)(void))cr_logaddexp2, {(void (*)(void))cr_logaddexp2_0, (void (*)(void))cr_logaddexp2_1, NULL}},
    [54] = {"sin", 1, 0, 0, 0, 0, (void (*)(void))cr_sin, {(void (*)(void))cr_sin_0, NULL, NULL}},
    [55] = {"cos", 1, 0, 0, 0, 0, (void (*)(void))cr_cos, {(void (*)(void))cr_cos_0, NULL, NULL}},
    [56] = {"tan", 1, 0, 0, 0, 0, (void (*)(void))cr_tan, {(void (*)(void))cr_tan_0, NULL, NULL}},
    [57] = {"arcsin", 1, 0, 0, 0, 0, (void (*)(void))cr_arcsin, {(void (*)(void))cr_arcsin_0, NULL, NULL}},
    [58] = {"arccos", 1, 0, 0, 0, 0, (void (*)(void))cr_arccos, {(void (*)(void))cr_arccos_0, NULL, NULL}},
    [59] = {"arctan", 1, 0, 0, 0, 0, (void (*)(void))cr_arctan, {(void (*)(void))cr_arctan_0, NULL, NULL}},
    [60] = {"arctan2", 2, 0, 0, 0, 0, (void (*)(void))cr_arctan2, {(void (*)(void))cr_arctan2_0, (void (*)(void))cr_arctan2_1, NULL}},
    [61] = {"sinh", 1, 0, 0, 0, 0, (void (*)(void))cr_sinh, {(void (*)(void))cr_sinh_0, NULL, NULL}},
    [62] = {"cosh", 1, 0, 0, 0, 0, (void (*)(void))cr_cosh, {(void (*)(void))cr_cosh_0, NULL, NULL}},
    [63] = {"tanh", 1, 0, 0, 0, 0, (void (*)(void))cr_tanh, {(void (*)(void))cr_tanh_0, NULL, NULL}},
    [64] = {"sech_squared", 1, 0, 0, 0, 0, (void (*)(void))cr_sech_squared, {(void (*)(void))cr_sech_squared_0, NULL, NULL}},
    [65] = {"arcsinh", 1, 0, 0, 0, 0, (void (*)(void))cr_arcsinh, {(void (*)(void))cr_arcsinh_0, NULL, NULL}},
    [66] = {"arccosh", 1, 0, 0, 0, 0, (void (*)(void))cr_arccosh, {(void (*)(void))cr_arccosh_0, NULL, NULL}},
    [67] = {"arctanh", 1, 0, 0, 0, 0, (void (*)(void))cr_arctanh, {(void (*)(void))cr_arctanh_0, NULL, NULL}},
    [68] = {"deg2rad", 1, 0, 0, 0, 0, (void (*)(void))cr_deg2rad, {(void (*)(void))cr_deg2rad_0, NULL, NULL}},
    [69] = {"rad2deg", 1, 0, 0, 0, 0, (void (*)(void))cr_rad2deg, {(void (*)(void))cr_rad2deg_0, NULL, NULL}},
    [70] = {"sinpi", 1, 0, 0, 0, 0, (void (*)(void))cr_sinpi, {(void (*)(void))cr_sinpi_0, NULL, NULL}},
    [71] = {"cospi", 1, 0, 0, 0, 0, (void (*)(void))cr_cospi, {(void (*)(void))cr_cospi_0, NULL, NULL}},
    [72] = {"sinc", 1, 0, 0, 0, 0, (void (*)(void))cr_sinc, {(void (*)(void))cr_sinc_0, NULL, NULL}},
    [73] = {"j0", 1, 0, 0, 0, 1, (void (*)(void))cr_j0, {(void (*)(void))cr_j0_0, NULL, NULL}},
    [74] = {"j1", 1, 0, 0, 0, 1, (void (*)(void))cr_j1, {(void (*)(void))cr_j1_0, NULL, NULL}},
    [75] = {"y0", 1, 0, 0, 0, 1, (void (*)(void))cr_y0, {(void (*)(void))cr_y0_0, NULL, NULL}},
    [76] = {"y1", 1, 0, 0, 0, 1, (void (*)(void))cr_y1, {(void (*)(void))cr_y1_0, NULL, NULL}},
    [77] = {"i0", 1, 0, 0, 0, 1, (void (*)(void))cr_i0, {(void (*)(void))cr_i0_0, NULL, NULL}},
    [78] = {"i1", 1, 0, 0, 0, 1, (void (*)(void))cr_i1, {(void (*)(void))cr_i1_0, NULL, NULL}},
    [79] = {"k0", 1, 0, 0, 0, 1, (void (*)(void))cr_k0, {(void (*)(void))cr_k0_0, NULL, NULL}},
    [80] = {"k1", 1, 0, 0, 0, 1, (void (*)(void))cr_k1, {(void (*)(void))cr_k1_0, NULL, NULL}},
    [81] = {"i0e", 1, 0, 0, 0, 1, (void (*)(void))cr_i0e, {(void (*)(void))cr_i0e_0, NULL, NULL}},
    [82] = {"i1e", 1, 0, 0, 0, 1, (void (*)(void))cr_i1e, {(void (*)(void))cr_i1e_0, NULL, NULL}},
    [83] = {"k0e", 1, 0, 0, 0, 1, (void (*)(void))cr_k0e, {(void (*)(void))cr_k0e_0, NULL, NULL}},
    [84] = {"k1e", 1, 0, 0, 0, 1, (void (*)(void))cr_k1e, {(void (*)(void))cr_k1e_0, NULL, NULL}},
    [85] = {"jv", 2, 0, 0, 1, 1, (void (*)(void))cr_jv, {NULL, (void (*)(void))cr_jv_1, NULL}},
    [86] = {"yv", 2, 0, 0, 1, 1, (void (*)(void))cr_yv, {NULL, (void (*)(void))cr_yv_1, NULL}},
    [87] = {"iv", 2, 0, 0, 1, 1, (void (*)(void))cr_iv, {NULL, (void (*)(void))cr_iv_1, NULL}},
    [88] = {"kv", 2, 0, 0, 1, 1, (void (*)(void))cr_kv, {NULL, (void (*)(void))cr_kv_1, NULL}},
    [89] = {"ive", 2, 0, 0, 1, 1, (void (*)(void))cr_ive, {NULL, (void (*)(void))cr_ive_1, NULL}},
    [90] = {"kve", 2, 0, 0, 1, 1, (void (*)(void))cr_kve, {NULL, (void (*)(void))cr_kve_1, NULL}},
    [91] = {"softplus", 1, 0, 0, 0, 0, (void (*)(void))cr_softplus, {(void (*)(void))cr_softplus_0, NULL, NULL}},
    [92] = {"silu", 1, 0, 0, 0, 0, (void (*)(void))cr_silu, {(void (*)(void))cr_silu_0, NULL, NULL}},
    [93] = {"gelu", 1, 0, 0, 0, 0, (void (*)(void))cr_gelu, {(void (*)(void))cr_gelu_0, NULL, NULL}},
    [94] = {"erf", 1, 0, 0, 0, 0, (void (*)(void))cr_erf, {(void (*)(void))cr_erf_0, NULL, NULL}},
    [95] = {"erfc", 1, 0, 0, 0, 0, (void (*)(void))cr_erfc, {(void (*)(void))cr_erfc_0, NULL, NULL}},
    [96] = {"erfinv", 1, 0, 0, 0, 1, (void (*)(void))cr_erfinv, {(void (*)(void))cr_erfinv_0, NULL, NULL}},
    [97] = {"gamma", 1, 0, 0, 0, 1, (void (*)(void))cr_gamma, {(void (*)(void))cr_gamma_0, NULL, NULL}},
    [98] = {"gammaln", 1, 0, 0, 0, 1, (void (*)(void))cr_gammaln, {(void (*)(void))cr_gammaln_0, NULL, NULL}},
    [99] = {"digamma", 1, 0, 0, 0, 1, (void (*)(void))cr_digamma, {(void (*)(void))cr_digamma_0, NULL, NULL}},
    [100] = {"polygamma", 2, 0, 0, 1, 1, (void (*)(void))cr_polygamma, {NULL, (void (*)(void))cr_polygamma_1, NULL}},
    [101] = {"ndtr", 1, 0, 0, 0, 1, (void (*)(void))cr_ndtr, {(void (*)(void))cr_ndtr_0, NULL, NULL}},
    [102] = {"log_ndtr", 1, 0, 0, 0, 1, (void (*)(void))cr_log_ndtr, {(void (*)(void))cr_log_ndtr_0, NULL, NULL}},
    [103] = {"ndtri", 1, 0, 0, 0, 1, (void (*)(void))cr_ndtri, {(void (*)(void))cr_ndtri_0, NULL, NULL}},
    [104] = {"erfcx", 1, 0, 0, 0, 1, (void (*)(void))cr_erfcx, {(void (*)(void))cr_erfcx_0, NULL, NULL}},
    [105] = {"erfcinv", 1, 0, 0, 0, 1, (void (*)(void))cr_erfcinv, {(void (*)(void))cr_erfcinv_0, NULL, NULL}},
    [106] = {"dawsn", 1, 0, 0, 0, 1, (void (*)(void))cr_dawsn, {(void (*)(void))cr_dawsn_0, NULL, NULL}},
    [107] = {"expi", 1, 0, 0, 0, 1, (void (*)(void))cr_expi, {(void (*)(void))cr_expi_0, NULL, NULL}},
    [108] = {"exp1", 1, 0, 0, 0, 1, (void (*)(void))cr_exp1, {(void (*)(void))cr_exp1_0, NULL, NULL}},
    [109] = {"ellipk", 1, 0, 0, 0, 1, (void (*)(void))cr_ellipk, {(void (*)(void))cr_ellipk_0, NULL, NULL}},
    [110] = {"ellipe", 1, 0, 0, 0, 1, (void (*)(void))cr_ellipe, {(void (*)(void))cr_ellipe_0, NULL, NULL}},
    [111] = {"spence", 1, 0, 0, 0, 1, (void (*)(void))cr_spence, {(void (*)(void))cr_spence_0, NULL, NULL}},
    [112] = {"log_expit", 1, 0, 0, 0, 1, (void (*)(void))cr_log_expit, {(void (*)(void))cr_log_expit_0, NULL, NULL}},
    [113] = {"entr", 1, 0, 0, 0, 1, (void (*)(void))cr_entr, {(void (*)(void))cr_entr_0, NULL, NULL}},
    [114] = {"betaln", 2, 0, 0, 0, 1, (void (*)(void))cr_betaln, {(void (*)(void))cr_betaln_0, (void (*)(void))cr_betaln_1, NULL}},
    [115] = {"xlogy", 2, 0, 0, 0, 1, (void (*)(void))cr_xlogy, {(void (*)(void))cr_xlogy_0, (void (*)(void))cr_xlogy_1, NULL}},
    [116] = {"xlog1py", 2, 0, 0, 0, 1, (void (*)(void))cr_xlog1py, {(void (*)(void))cr_xlog1py_0, (void (*)(void))cr_xlog1py_1, NULL}},
    [117] = {"expn", 2, 0, 0, 1, 1, (void (*)(void))cr_expn, {NULL, (void (*)(void))cr_expn_1, NULL}},
    [118] = {"gammainc", 2, 0, 0, 1, 1, (void (*)(void))cr_gammainc, {NULL, (void (*)(void))cr_gammainc_1, NULL}},
    [119] = {"gammaincc", 2, 0, 0, 1, 1, (void (*)(void))cr_gammaincc, {NULL, (void (*)(void))cr_gammaincc_1, NULL}},
    [120] = {"stdtr", 2, 0, 0, 1, 1, (void (*)(void))cr_stdtr, {NULL, (void (*)(void))cr_stdtr_1, NULL}},
};
#endif
