using System.Globalization;
using System.Net;

namespace CacheRing.IntegrationTests.Sessions;

/// <summary>A visitor, and what he was told that his session holds.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly HttpClient _http;

    public Visitor(Uri address) => _http = new HttpClient(new HttpClientHandler { CookieContainer = Cookies }) { BaseAddress = address };

    public CookieContainer Cookies { get; } = new();

    /// <summary>The numbers whose adding was answered 200.</summary>
    public List<int> Acknowledged { get; } = [];

    /// <summary>How many requests were answered 503.</summary>
    public int Refusals { get; private set; }

    /// <summary>What was wrong with an answer; empty if none was.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Adds a number. What is answered must have all numbers that were acknowledged, or be a 503.</summary>
    public async Task<HttpStatusCode> AddAsync(int number)
    {
        (HttpStatusCode status, string body) = await SendAsync(HttpMethod.Post, $"/numbers/{number}");
        if (status == HttpStatusCode.OK)
            Acknowledged.Add(number);
        Judge(status, body);
        return status;
    }

    /// <summary>Reads the numbers.</summary>
    public async Task<HttpStatusCode> ReadAsync()
    {
        (HttpStatusCode status, string body) = await SendAsync(HttpMethod.Get, "/numbers");
        Judge(status, body);
        return status;
    }

    public async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path)
    {
        using HttpResponseMessage reply = await ReplyAsync(method, path);
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> ReplyAsync(HttpMethod method, string path)
    {
        using HttpRequestMessage request = new(method, path);
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private void Judge(HttpStatusCode status, string body)
    {
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            Refusals++;
            if (body.Length > 0)
                Complaints.Add($"503 with '{body}'");
            return;
        }

        int[] numbers = status == HttpStatusCode.OK && body.Length > 0 ? [.. body.Split(',').Select(static text => int.Parse(text, CultureInfo.InvariantCulture))] : [];
        if (Acknowledged.Except(numbers).Any())
            Complaints.Add($"{(int)status} '{body}' without {string.Join(',', Acknowledged.Except(numbers))}");
    }
}
