using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <content>What breaks a token.</content>
internal abstract partial class TokenContractTests
{
    /// <summary>Does to a key what breaks the token that another has of it.</summary>
    private async Task BreakAsync(string how, string key, ulong token)
    {
        switch (how)
        {
            case "set":
                await SetAsync(Two, key, "set");
                break;
            case "remove":
                await Two.RemoveAsync(key, default);
                break;
            case "set and remove":
                await SetAsync(Two, key, "set");
                await Two.RemoveAsync(key, default);
                break;
            case "remove and miss again":
                await Two.RemoveAsync(key, default);
                Assert.That((await ReadAsync(Two, key)).State, Is.EqualTo(TokenState.Won));
                break;
            case "fill":
                Assert.That(await FillAsync(Two, key, token, "fill"), Is.True);
                break;
            case "give up":
                Assert.That(await Two.GiveUpAsync(key, token, default), Is.True);
                break;
            default:
                Assert.That((await Two.LeaseAsync(key, Terms(token), new Gathered(), default)).State, Is.EqualTo(TokenState.Won));
                break;
        }
    }

    /// <summary>That the key is as that has left it.</summary>
    private async Task AssertLeftAsync(string how, string key)
    {
        if (how is "set" or "fill")
            await AssertHasAsync(Two, key, how);
        else if (how is "take over" or "remove and miss again")
            Assert.That((await ReadAsync(Two, key)).State, Is.EqualTo(TokenState.Held));
        else
            Assert.That(await Two.GetHeadAsync(key, 1, default), Is.Null);
    }
}
