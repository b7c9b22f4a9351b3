using System.Net;
using System.Text.Json;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>An answer of the sample, read to its end.</summary>
internal sealed record SampleReply(HttpStatusCode Status, string? MediaType, string? Cache, string? Node, JsonElement Body)
{
    public static async Task<SampleReply> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync();
            return new SampleReply(
                response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                Header(response, "X-Cache"),
                Header(response, "X-Cache-Node"),
                text.Length == 0 ? default : JsonElement.Parse(text));
        }
    }

    /// <summary>A field of the body, as text.</summary>
    public string Field(string name) => Body.GetProperty(name).ToString();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : null;
}
