using CacheRing.Invalidation;
using CsCheck;

namespace CacheRing.UnitTests.Invalidation;

/// <summary>A value is good until its key or one of its tags is invalidated, or messages may have been missed.</summary>
[TestFixture]
internal sealed class LocalValidityTests
{
    private LocalEntries _local = null!;

    [SetUp]
    public void Create() => _local = new LocalEntries();

    [Test]
    public void A_value_is_good_until_its_key_is_invalidated()
    {
        LocalValidity validity = _local.Capture("a")!.Value;
        Assert.That(validity.Holds, Is.True);
        _local.Invalidate("a");
        Assert.That(validity.Holds, Is.False);
        Assert.That(_local.Capture("a")!.Value.Holds, Is.True, "what is taken afterwards");
    }

    [Test]
    public void A_value_is_good_until_any_of_its_tags_is_invalidated([Values("x", "y")] string tag)
    {
        LocalValidity validity = _local.Capture("a", "x", "y")!.Value;
        _local.InvalidateTag(_local.TagApartFrom("x", "y"));
        Assert.That(validity.Holds, Is.True);
        _local.InvalidateTag(tag);
        Assert.That(validity.Holds, Is.False);
    }

    [Test]
    public void A_key_and_a_tag_of_the_same_name_are_two_things()
    {
        LocalValidity byKey = _local.Capture("a")!.Value;
        LocalValidity byTag = _local.Capture("other", "a")!.Value;
        _local.InvalidateTag("a");
        Assert.That((byKey.Holds, byTag.Holds), Is.EqualTo((true, false)));
        LocalValidity again = _local.Capture("other", "a")!.Value;
        _local.Invalidate("a");
        Assert.That((byKey.Holds, again.Holds), Is.EqualTo((false, true)));
    }

    [Test]
    public void While_messages_are_not_heard_nothing_is_taken_and_nothing_is_good()
    {
        LocalValidity validity = _local.Capture("a")!.Value;
        _local.Feed.Close();
        Assert.That((validity.Holds, _local.Capture("a") is null, _local.Feed.IsOpen), Is.EqualTo((false, true, false)));
    }

    [Test]
    public void What_was_taken_before_a_gap_in_hearing_stays_void_after_it()
    {
        LocalValidity validity = _local.Capture("a")!.Value;
        _local.Feed.Close();
        _local.Feed.Open();
        Assert.That((validity.Holds, _local.Capture("a")!.Value.Holds), Is.EqualTo((false, true)));
    }

    [Test]
    public void To_open_or_close_twice_is_to_do_it_once()
    {
        LocalValidity validity = _local.Capture("a")!.Value;
        _local.Feed.Open();
        Assert.That(validity.Holds, Is.True);
        _local.Feed.Close();
        int epoch = _local.Feed.Epoch;
        _local.Feed.Close();
        Assert.That((_local.Feed.Epoch, _local.Feed.IsOpen), Is.EqualTo((epoch, false)));
    }

    [Test]
    public void Tags_learnt_from_the_value_count_from_then_on_as_well()
    {
        LocalValidity validity = _local.Capture("a", "x")!.Value.With(["y"])!.Value;
        Assert.That(validity.Holds, Is.True);
        _local.InvalidateTag("y");
        Assert.That(validity.Holds, Is.False);

        validity = _local.Capture("a", "x")!.Value.With(["y"])!.Value;
        _local.InvalidateTag("x");
        Assert.That(validity.Holds, Is.False, "the first ones still count");
    }

    [Test]
    public void Tags_learnt_after_any_tag_was_invalidated_make_it_unsure()
    {
        LocalValidity validity = _local.Capture("a")!.Value;
        _local.InvalidateTag("y");
        Assert.That(validity.With(["y"]), Is.Null);
        Assert.That(validity.With(["unrelated"]), Is.Null);
        Assert.That(validity.With([])!.Value.Holds, Is.True, "without a tag there is nothing to be unsure of");
    }

    [Test]
    public void An_invalidated_key_makes_no_tag_unsure()
    {
        LocalValidity validity = _local.Capture("a")!.Value;
        _local.Invalidate("b");
        Assert.That(validity.With(["y"]), Is.Not.Null);
    }

    [Test]
    public void While_a_change_of_the_key_is_under_way_nothing_is_taken_but_by_who_makes_it()
    {
        LocalValidity before = _local.Capture("a")!.Value;
        int stripe = _local.Stripes.KeyStripe("a");
        _local.Stripes.Begin(stripe);
        Assert.That((before.Holds, _local.Capture("a") is null), Is.EqualTo((false, true)), "a read may find what was there before");
        LocalValidity own = LocalValidity.Capture(_local.Feed, _local.Stripes, "a", [], ownChanges: 1)!.Value;
        _local.Stripes.End(stripe);
        Assert.That((own.Holds, _local.Capture("a")!.Value.Holds), Is.EqualTo((true, true)));
    }

    [Test]
    public void Of_two_changes_at_a_time_neither_keeps_what_it_makes()
    {
        int stripe = _local.Stripes.KeyStripe("a");
        _local.Stripes.Begin(stripe);
        LocalValidity first = LocalValidity.Capture(_local.Feed, _local.Stripes, "a", [], ownChanges: 1)!.Value;
        _local.Stripes.Begin(stripe);
        Assert.That(first.Holds, Is.False);
        Assert.That(LocalValidity.Capture(_local.Feed, _local.Stripes, "a", [], ownChanges: 1), Is.Null, "which of them the node takes last is not known");
    }

    [Test]
    public void While_a_tag_is_being_removed_nothing_is_taken_that_has_it()
    {
        LocalValidity unnamed = _local.Capture("a")!.Value;
        int stripe = _local.Stripes.TagStripe("x");
        _local.Stripes.Begin(stripe);
        Assert.That(_local.Capture("a", "x"), Is.Null);
        Assert.That(_local.Capture("a")!.Value.With(["x"]), Is.Null);
        _local.Stripes.End(stripe);
        Assert.That(_local.Capture("a", "x"), Is.Not.Null);
        Assert.That(unnamed.With(["x"]), Is.Null);
    }

    [Test]
    public void Whatever_is_invalidated_no_value_that_it_concerns_stays_good() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4].Array[0, 3], Gen.Select(Gen.Bool, Gen.Int[0, 4]).Array[1, 5]).Sample((key, tags, invalidated) =>
        {
            LocalEntries local = new();
            LocalValidity validity = local.Capture($"{key}", [.. tags.Select(static tag => $"{tag}")])!.Value;
            foreach ((bool isKey, int name) in invalidated)
            {
                if (isKey)
                    local.Invalidate($"{name}");
                else
                    local.InvalidateTag($"{name}");
            }

            bool concerned = invalidated.Any(one => one.Item1 ? one.Item2 == key : tags.Contains(one.Item2));
            return !concerned || !validity.Holds;
        });
}
