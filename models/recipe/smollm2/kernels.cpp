// What a TopK SAE's step does besides one dense product: only the k chosen features of a token are touched. And what a
// Llama does between its products, in one pass each, since on few cores that takes as long as the products.
// Each function runs on one thread; numbers that cross as uint16 are bfloat16.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

static inline float wide(uint16_t half) {
    uint32_t bits = uint32_t(half) << 16;
    float out;
    memcpy(&out, &bits, 4);
    return out;
}

static inline uint16_t narrow(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static int64_t above(const int16_t* row, int64_t width, int16_t limit) {
    int64_t total = 0;
    for (int64_t at = 0; at < width; at += 1024) {
        int16_t here = 0;
        const int64_t end = width - at < 1024 ? width - at : 1024;
        for (int64_t i = 0; i < end; i++) here += row[at + i] > limit;
        total += here;
    }
    return total;
}

extern "C" {

// The k largest positive numbers of each row, in the order of their places; what is missing has value 0 and place 0.
// Positive bfloat16 numbers are ordered as the integers of the same bits.
void top(const int16_t* pre, int64_t n, int64_t width, int64_t k, int32_t* index, float* value) {
    int guess = 0x3f80;  // where the row before had its limit, from which the next is searched in growing steps
    for (int64_t t = 0; t < n; t++) {
        const int16_t* row = pre + t * width;
        int32_t* places = index + t * k;
        float* values = value + t * k;
        int lower = -1, limit = 0x7f80;
        for (int stride = 8, at = guess; limit - lower > 1;) {
            const int64_t more = above(row, width, int16_t(at));
            (more > k ? lower : limit) = at;
            if (more == k) break;
            stride *= 2;
            if (lower < 0)
                at = at - stride > 0 ? at - stride : 0;
            else if (limit == 0x7f80)
                at = at + stride < limit ? at + stride : (lower + limit) / 2;
            else
                at = (lower + limit) / 2;
        }
        guess = limit;
        int64_t found = 0;
        const auto take = [&](int64_t i) {
            places[found] = int32_t(i);
            values[found++] = wide(uint16_t(row[i]));
        };
        for (int64_t at = 0; at < width; at += 32) {
            const int64_t end = width - at < 32 ? width : at + 32;
            int16_t any = 0;
            for (int64_t i = at; i < end; i++) any |= row[i] > limit;
            if (any)
                for (int64_t i = at; i < end; i++)
                    if (row[i] > limit) take(i);
        }
        if (limit > 0)
            for (int64_t i = 0; i < width && found < k; i++)
                if (row[i] == limit) take(i);
        for (; found < k; found++) places[found] = 0, values[found] = 0;
    }
}

// What is encoded, u = x * scale - centre; the weight of each token, less where it is farther than `far`; and the
// sum of weighted squares about the weighted mean.
void ready(const float* x, int64_t n, int64_t d, float scale, const float* centre, float far, uint16_t* u,
           float* weight, float* spread) {
    std::vector<float> away(d);
    std::vector<double> sums(d, 0);
    double all = 0, squares = 0;
    for (int64_t t = 0; t < n; t++) {
        float square = 0;
        for (int64_t i = 0; i < d; i++) {
            const float a = x[t * d + i] * scale - centre[i];
            away[i] = a;
            square += a * a;
            u[t * d + i] = narrow(a);
        }
        const float w = square > far * far ? far * far / square : 1;
        weight[t] = w;
        all += w;
        squares += w * square;
        for (int64_t i = 0; i < d; i++) sums[i] += w * away[i];
    }
    for (int64_t i = 0; i < d; i++) squares -= sums[i] * sums[i] / all;
    *spread = float(squares);
}

// error = reconstruction - x * scale; g is error * weight * slope. Adds to `sum` the weighted squares of errors.
void decode(const int32_t* index, const float* value, int64_t n, int64_t k, int64_t d, const uint16_t* rows,
            const float* centre, const float* x, float scale, const float* weight, float slope, float* error,
            uint16_t* g, float* sum) {
    for (int64_t t = 0; t < n; t++) {
        float* e = error + t * d;
        for (int64_t i = 0; i < d; i++) e[i] = centre[i] - x[t * d + i] * scale;
        for (int64_t j = t * k; j < (t + 1) * k; j++) {
            const float v = value[j];
            if (v == 0) continue;
            const uint16_t* row = rows + int64_t(index[j]) * d;
            for (int64_t i = 0; i < d; i++) e[i] += v * wide(row[i]);
        }
        const float w = weight[t] * slope;
        float square = 0;
        for (int64_t i = 0; i < d; i++) {
            square += e[i] * e[i];
            g[t * d + i] = narrow(e[i] * w);
        }
        *sum += weight[t] * square;
    }
}

// The gradient of the values of the chosen features, from that of the reconstruction.
void back(const int32_t* index, const float* value, int64_t n, int64_t k, int64_t d, const uint16_t* rows,
          const uint16_t* g, float* d_value) {
    for (int64_t t = 0; t < n; t++)
        for (int64_t j = t * k; j < (t + 1) * k; j++) {
            const uint16_t *row = rows + int64_t(index[j]) * d, *here = g + t * d;
            float sum = 0;
            for (int64_t i = 0; i < d; i++) sum += wide(row[i]) * wide(here[i]);
            d_value[j] = value[j] > 0 ? sum : 0;
        }
}

struct Adam {
    float rate, first, second;  // the rate, and what corrects the two means for their beginning at zero
    void move(float* p, float* m, float* v, const float* g, int64_t n) const {
        for (int64_t i = 0; i < n; i++) {
            m[i] = 0.9f * m[i] + 0.1f * g[i];
            v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
            p[i] -= rate * (m[i] / first) / (std::sqrt(v[i] / second) + 1e-12f);
        }
    }
};

// Gradients of encoder rows, their biases and decoder rows, feature by feature, and at once the step of Adam with them.
// `extra[f]` is the row of a dead feature in the extra gradients, or -1. Decoder rows keep length 1.
void turn(const int32_t* index, const float* value, const float* d_value, int64_t n, int64_t k, int64_t features,
          int64_t d, const uint16_t* g, const uint16_t* u, float* const* encoder, float* const* bias,
          float* const* decoder, uint16_t* encoder_half, uint16_t* decoder_half, float* d_bias, int64_t* fired,
          const int32_t* extra, const float* extra_encoder, const float* extra_bias, const float* extra_decoder,
          float rate, float first, float second) {
    const Adam adam{rate, first, second};
    std::vector<int64_t> start(features + 1, 0);
    for (int64_t j = 0; j < n * k; j++)
        if (value[j] > 0) start[index[j] + 1]++;
    for (int64_t f = 0; f < features; f++) fired[f] = start[f + 1], start[f + 1] += start[f];
    std::vector<int64_t> order(start[features]), next(start.begin(), start.end() - 1);
    for (int64_t j = 0; j < n * k; j++)
        if (value[j] > 0) order[next[index[j]]++] = j;
    std::vector<float> d_encoder(d), d_decoder(d);
    for (int64_t f = 0; f < features; f++) {
        float *de = d_encoder.data(), *dd = d_decoder.data(), db = 0;
        for (int64_t i = 0; i < d; i++) de[i] = dd[i] = 0;
        for (int64_t o = start[f]; o < start[f + 1]; o++) {
            const int64_t j = order[o], t = j / k;
            const uint16_t *gt = g + t * d, *ut = u + t * d;
            const float v = value[j], dv = d_value[j];
            db += dv;
            for (int64_t i = 0; i < d; i++) dd[i] += v * wide(gt[i]), de[i] += dv * wide(ut[i]);
        }
        if (extra && extra[f] >= 0) {
            const int64_t at = extra[f] * d;
            db += extra_bias[extra[f]];
            for (int64_t i = 0; i < d; i++) dd[i] += extra_decoder[at + i], de[i] += extra_encoder[at + i];
        }
        float* row = decoder[0] + f * d;
        float along = 0, length = 0;
        for (int64_t i = 0; i < d; i++) along += dd[i] * row[i];
        for (int64_t i = 0; i < d; i++) dd[i] -= along * row[i];
        adam.move(encoder[0] + f * d, encoder[1] + f * d, encoder[2] + f * d, de, d);
        adam.move(row, decoder[1] + f * d, decoder[2] + f * d, dd, d);
        adam.move(bias[0] + f, bias[1] + f, bias[2] + f, &db, 1);
        for (int64_t i = 0; i < d; i++) length += row[i] * row[i];
        length = 1 / std::sqrt(length);
        for (int64_t i = 0; i < d; i++) {
            row[i] *= length;
            decoder_half[f * d + i] = narrow(row[i]);
            encoder_half[f * d + i] = narrow(encoder[0][f * d + i]);
        }
        d_bias[f] = db;
    }
}

// out = x + more, and y = RMS norm of that with a gain.
void norm(const float* x, const uint16_t* more, int64_t n, int64_t d, const float* gain, float epsilon, float* out,
          uint16_t* y) {
    for (int64_t t = 0; t < n; t++) {
        float *row = out + t * d, square = 0;
        for (int64_t i = 0; i < d; i++) {
            const float a = x[t * d + i] + wide(more[t * d + i]);
            row[i] = a;
            square += a * a;
        }
        const float factor = 1 / std::sqrt(square / d + epsilon);
        for (int64_t i = 0; i < d; i++) y[t * d + i] = narrow(row[i] * factor * gain[i]);
    }
}

// y = silu(gate) * up, of rows that hold the gates and then the ups.
void gated(const uint16_t* both, int64_t n, int64_t inner, uint16_t* y) {
    for (int64_t t = 0; t < n; t++) {
        const uint16_t *gate = both + 2 * t * inner, *up = gate + inner;
        for (int64_t i = 0; i < inner; i++) {
            const float a = wide(gate[i]);
            y[t * inner + i] = narrow(a / (1 + std::exp(-a)) * wide(up[i]));
        }
    }
}

// Turns the first `heads` heads of rows of `all` heads by the angles of their place, in halves.
void turned(uint16_t* x, int64_t n, int64_t length, int64_t all, int64_t heads, int64_t head, const float* cos,
            const float* sin) {
    const int64_t half = head / 2;
    for (int64_t t = 0; t < n; t++) {
        const float *c = cos + t % length * head, *s = sin + t % length * head;
        for (int64_t h = 0; h < heads; h++) {
            uint16_t *a = x + (t * all + h) * head, *b = a + half;
            for (int64_t i = 0; i < half; i++) {
                const float p = wide(a[i]), q = wide(b[i]);
                a[i] = narrow(p * c[i] - q * s[i]);
                b[i] = narrow(q * c[i] + p * s[i]);
            }
        }
    }
}
}
